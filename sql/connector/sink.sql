-- What: the table that an engine of its own (Kafka Connect, Redpanda Connect) writes records to, and a
--   task that takes them on into orders_events and dead_letters. Merge, checks and console go on
--   from there as if `dropship --run consume` had stored them. Run the scripts of setup first.
-- Role: {owner_role}, one line SECURITYADMIN; starting the task also needs EXECUTE TASK on the account.
-- Repeat: safe; the procedure is replaced by this text, the tasks get their settings anew, everything
--   else stays as it is.
-- Do not run `--run consume` on the same topic at the same time: both would move the same offsets.

-- Connectors from version 4 on open their channels on a pipe, and make one where there is none.
USE ROLE SECURITYADMIN;
GRANT CREATE PIPE ON SCHEMA {schema} TO ROLE {worker_role};

USE ROLE {owner_role};

-- record_content: the record as text. record_metadata: topic, partition, offset, key, CreateTime.
CREATE TABLE IF NOT EXISTS {schema}.orders_events_sink (
    record_metadata VARIANT,
    record_content  VARIANT
);

GRANT SELECT, INSERT ON TABLE {schema}.orders_events_sink TO ROLE {worker_role};
GRANT SELECT ON TABLE {schema}.orders_events_sink TO ROLE {reader_role};

CREATE STREAM IF NOT EXISTS {schema}.orders_events_sink_stream
    ON TABLE {schema}.orders_events_sink
    APPEND_ONLY = TRUE
    SHOW_INITIAL_ROWS = TRUE
    COMMENT = 'records of the engine that were not taken on yet';

-- One transaction: rows, dead letters and offsets move together with the stream. Records below the
-- stored offset are known already (a channel that was opened anew, a hand-over from `consume`) and
-- are left out; within a partition the engine keeps the order.
CREATE OR REPLACE PROCEDURE {schema}.take_from_sink()
    RETURNS VARIANT
    LANGUAGE SQL
    COMMENT = 'takes records of the engine on into raw events and dead letters'
    EXECUTE AS CALLER
AS
$$
DECLARE
    taken INTEGER;
    dead INTEGER;
    now_utc TIMESTAMP_NTZ;
    -- What an offset is that never came: 'gap' (lost, said aloud by the checks) or, for a topic with
    -- transactions or compaction, in which such offsets are nothing, 'skipped'.
    hole VARCHAR DEFAULT 'gap';
BEGIN
    CREATE OR REPLACE TEMPORARY TABLE {schema}.sink_batch (
        kafka_partition NUMBER(10, 0),
        kafka_offset NUMBER(19, 0),
        message_key VARCHAR,
        content VARCHAR,
        payload VARIANT,
        reason VARCHAR
    );

    BEGIN TRANSACTION;
    now_utc := SYSDATE();

    INSERT INTO {schema}.sink_batch (
        kafka_partition, kafka_offset, message_key, content, payload, reason
    )
    SELECT
        arrived.kafka_partition,
        arrived.kafka_offset,
        arrived.message_key,
        arrived.content,
        arrived.parsed,
        CASE
            WHEN arrived.content IS NULL THEN 'tombstone'
            -- The engines put this character where bytes were no UTF-8; the bytes are gone by then.
            WHEN CONTAINS(arrived.content, '\uFFFD') THEN 'invalid_utf8'
            WHEN arrived.parsed IS NULL THEN 'invalid_json'
            WHEN arrived.parsed:event_type IS NULL OR arrived.parsed:timestamp IS NULL
                OR arrived.parsed:order.id IS NULL THEN 'missing_field'
            WHEN arrived.parsed:event_type::VARCHAR <> 'order_created' THEN 'unknown_event_type'
        END
    FROM (
        SELECT
            record_metadata:partition::NUMBER(10, 0) AS kafka_partition,
            record_metadata:offset::NUMBER(19, 0) AS kafka_offset,
            record_metadata:key::VARCHAR AS message_key,
            record_content::VARCHAR AS content,
            TRY_PARSE_JSON(record_content::VARCHAR) AS parsed
        FROM {schema}.orders_events_sink_stream
        WHERE record_metadata:topic::VARCHAR = {topic_text}
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY record_metadata:partition::NUMBER(10, 0),
                record_metadata:offset::NUMBER(19, 0)
            ORDER BY record_metadata:offset::NUMBER(19, 0)
        ) = 1
    ) AS arrived
    LEFT JOIN {schema}.consumer_offsets AS stored
        ON stored.source_id = {source_text}
        AND stored.kafka_partition = arrived.kafka_partition
    WHERE arrived.kafka_offset >= COALESCE(stored.next_offset, 0);

    INSERT INTO {schema}.orders_events (
        event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset
    )
    SELECT
        CONCAT({source_text}, '-', kafka_partition, '-', kafka_offset),
        'order_created',
        payload,
        :now_utc,
        {source_text},
        kafka_partition,
        kafka_offset
    FROM {schema}.sink_batch
    WHERE reason IS NULL;

    INSERT INTO {schema}.dead_letters (
        event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
        message_key, payload, received_at
    )
    SELECT
        CONCAT({source_text}, '-', kafka_partition, '-', kafka_offset),
        'decode',
        reason,
        reason,
        {topic_text},
        {source_text},
        kafka_partition,
        kafka_offset,
        TO_BINARY(message_key, 'UTF-8'),
        TO_BINARY(content, 'UTF-8'),
        :now_utc
    FROM {schema}.sink_batch
    WHERE reason IS NOT NULL;

    -- Within a partition the engine keeps the order, so what is missing between two records, or
    -- behind the stored offset, will not come any more.
    INSERT INTO {schema}.offset_gaps (
        source_id, topic, kafka_partition, from_offset, to_offset, reason, noticed_at
    )
    SELECT
        {source_text},
        {topic_text},
        spans.kafka_partition,
        spans.expected,
        spans.kafka_offset,
        'sink',
        :now_utc
    FROM (
        SELECT
            batch.kafka_partition,
            batch.kafka_offset,
            COALESCE(
                LAG(batch.kafka_offset) OVER (
                    PARTITION BY batch.kafka_partition ORDER BY batch.kafka_offset
                ) + 1,
                stored.next_offset,
                batch.kafka_offset
            ) AS expected
        FROM {schema}.sink_batch AS batch
        LEFT JOIN {schema}.consumer_offsets AS stored
            ON stored.source_id = {source_text}
            AND stored.kafka_partition = batch.kafka_partition
    ) AS spans
    WHERE spans.kafka_offset > spans.expected AND :hole = 'gap';

    MERGE INTO {schema}.consumer_offsets AS target
    USING (
        SELECT
            batch.kafka_partition,
            MIN(batch.kafka_offset) AS first_offset,
            MAX(batch.kafka_offset) + 1 AS next_offset,
            COALESCE(MAX(stored.skipped), 0) + CASE
                WHEN :hole = 'skipped' THEN
                    MAX(batch.kafka_offset) + 1
                    - COALESCE(MAX(stored.next_offset), MIN(batch.kafka_offset))
                    - COUNT(batch.kafka_offset)
                ELSE 0
            END AS skipped
        FROM {schema}.sink_batch AS batch
        LEFT JOIN {schema}.consumer_offsets AS stored
            ON stored.source_id = {source_text}
            AND stored.kafka_partition = batch.kafka_partition
        GROUP BY batch.kafka_partition
    ) AS source
    ON target.source_id = {source_text} AND target.kafka_partition = source.kafka_partition
    WHEN MATCHED THEN UPDATE SET
        next_offset = source.next_offset, skipped = source.skipped, updated_at = :now_utc
    WHEN NOT MATCHED THEN INSERT (
        source_id, cluster_id, topic, topic_generation, kafka_partition, start_offset,
        next_offset, skipped, updated_at
    ) VALUES (
        {source_text}, {cluster_text}, {topic_text}, {generation_text}, source.kafka_partition,
        source.first_offset, source.next_offset, source.skipped, :now_utc
    );

    SELECT COUNT(*), COUNT(reason) INTO :taken, :dead FROM {schema}.sink_batch;
    COMMIT;

    RETURN OBJECT_CONSTRUCT('taken', taken, 'dead_lettered', dead);
EXCEPTION
    WHEN OTHER THEN
        ROLLBACK;
        RAISE;
END;
$$;

CREATE TASK IF NOT EXISTS {schema}.take_from_sink_task
    WAREHOUSE = {warehouse}
    COMMENT = 'takes records of the engine on into raw events and dead letters'
    WHEN SYSTEM$STREAM_HAS_DATA('{schema}.orders_events_sink_stream')
AS CALL {schema}.take_from_sink();

-- include task_settings task=take_from_sink_task

-- include task_session task=take_from_sink_task

-- What was taken on is of no more use in the sink, and without this its table grows for ever. Deleting
-- rewrites parts of the table, so it is done once a day; an append-only stream does not see it.
CREATE TASK IF NOT EXISTS {schema}.clear_sink_task
    WAREHOUSE = {warehouse}
    SCHEDULE = 'USING CRON 30 3 * * * UTC'
    USER_TASK_TIMEOUT_MS = 3600000
    COMMENT = 'removes records that were taken on from the table of the engine'
AS DELETE FROM {schema}.orders_events_sink
USING {schema}.consumer_offsets
WHERE consumer_offsets.source_id = {source_text}
    AND orders_events_sink.record_metadata:topic::VARCHAR = {topic_text}
    AND orders_events_sink.record_metadata:partition::NUMBER(10, 0) = consumer_offsets.kafka_partition
    AND orders_events_sink.record_metadata:offset::NUMBER(19, 0) < consumer_offsets.next_offset;

ALTER TASK {schema}.clear_sink_task SUSPEND;
ALTER TASK {schema}.clear_sink_task SET
    WAREHOUSE = {warehouse};

-- include task_session task=clear_sink_task

-- The stream tells the console how long records have waited.
GRANT SELECT ON STREAM {schema}.orders_events_sink_stream TO ROLE {worker_role};
GRANT SELECT ON STREAM {schema}.orders_events_sink_stream TO ROLE {reader_role};
GRANT MONITOR, OPERATE ON TASK {schema}.take_from_sink_task TO ROLE {worker_role};
GRANT MONITOR ON TASK {schema}.take_from_sink_task TO ROLE {reader_role};
