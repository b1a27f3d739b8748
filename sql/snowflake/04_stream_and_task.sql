-- What: the merge of new raw events into orders, inside Snowflake: a stream that remembers what was
--   merged, a procedure that merges it, and a task that calls the procedure when there is something.
-- Role: {owner_role}, or any role with CREATE STREAM, CREATE PROCEDURE and CREATE TASK on the schema;
--   starting the task also needs EXECUTE TASK on the account (02_roles_and_user.sql).
-- Repeat: safe; the procedure is replaced by this text, the stream stays, and the task gets its
--   warehouse, interval, limits and session settings anew. Where it was suspended it is resumed.
USE ROLE {owner_role};

-- Only inserts, because raw events never change. Rows that are already there are shown to the first
-- merge: an event that is merged twice changes nothing, one that is left out would be lost. A
-- stream that went stale (nothing merged for 14 days) is made anew by 08_renew_stream.sql.
CREATE STREAM IF NOT EXISTS {schema}.orders_events_stream
    ON TABLE {schema}.orders_events
    APPEND_ONLY = TRUE
    SHOW_INITIAL_ROWS = TRUE
    COMMENT = 'raw events that no merge has taken yet';

-- Takes everything in the stream, in one transaction: the stream moves on only together with the
-- rows written from it, and two merges at once wait for each other. Returns the counts of the row
-- it logs. Call it outside of a transaction: making the work table would commit it. It runs with the
-- rights of who calls it (the task: its owner), because procedures with the rights of their owner
-- may not make every kind of temporary object.
CREATE OR REPLACE PROCEDURE {schema}.merge_orders()
    RETURNS VARIANT
    LANGUAGE SQL
    COMMENT = 'merges new raw events into orders'
    EXECUTE AS CALLER
AS
$$
DECLARE
    started_at TIMESTAMP_NTZ;
    oldest TIMESTAMP_NTZ;
    from_seq INTEGER;
    to_seq INTEGER;
    taken INTEGER;
    quarantined INTEGER;
    inserted INTEGER;
    updated INTEGER;
    duration_s DOUBLE;
    delay_s DOUBLE;
BEGIN
    CREATE OR REPLACE TEMPORARY TABLE {schema}.merge_batch (
        seq NUMBER(38, 0),
        event_id VARCHAR,
        payload VARIANT,
        created_at TIMESTAMP_NTZ(6),
        source_id VARCHAR,
        kafka_partition NUMBER(10, 0),
        kafka_offset NUMBER(19, 0),
        id VARCHAR,
        product_id VARCHAR,
        customer_id VARCHAR,
        quantity NUMBER(10, 0),
        unit_price NUMBER(10, 2),
        sold_at TIMESTAMP_NTZ(6),
        event_time TIMESTAMP_NTZ(6),
        usable BOOLEAN
    );

    BEGIN TRANSACTION;
    started_at := SYSDATE();

    -- What does not cast becomes NULL instead of an error, so one bad row never stops the rest.
    INSERT INTO {schema}.merge_batch (
        seq, event_id, payload, created_at, source_id, kafka_partition, kafka_offset,
        id, product_id, customer_id, quantity, unit_price, sold_at, event_time, usable
    )
    SELECT
        fields.seq, fields.event_id, fields.payload, fields.created_at, fields.source_id,
        fields.kafka_partition, fields.kafka_offset, fields.id, fields.product_id,
        fields.customer_id, fields.quantity, fields.unit_price, fields.sold_at, fields.event_time,
        fields.id IS NOT NULL AND fields.product_id IS NOT NULL AND fields.customer_id IS NOT NULL
            AND fields.quantity IS NOT NULL AND fields.unit_price IS NOT NULL
            AND fields.sold_at IS NOT NULL AND fields.event_time IS NOT NULL
    FROM (
        SELECT
            seq, event_id, payload, created_at, source_id, kafka_partition, kafka_offset,
            NULLIF(payload:order.id::VARCHAR, '') AS id,
            NULLIF(payload:order.product_id::VARCHAR, '') AS product_id,
            NULLIF(payload:order.customer_id::VARCHAR, '') AS customer_id,
            TRY_TO_DECIMAL(payload:order.quantity::VARCHAR, 10, 0) AS quantity,
            TRY_TO_DECIMAL(payload:order.unit_price::VARCHAR, 10, 2) AS unit_price,
            CONVERT_TIMEZONE(
                'UTC', TRY_TO_TIMESTAMP_TZ(payload:order.sold_at::VARCHAR)
            )::TIMESTAMP_NTZ(6) AS sold_at,
            CONVERT_TIMEZONE(
                'UTC', TRY_TO_TIMESTAMP_TZ(payload:timestamp::VARCHAR)
            )::TIMESTAMP_NTZ(6) AS event_time
        FROM {schema}.orders_events_stream
    ) AS fields;

    SELECT COUNT(seq), COUNT_IF(NOT usable), MIN(created_at), MIN(seq) - 1, MAX(seq)
    INTO :taken, :quarantined, :oldest, :from_seq, :to_seq
    FROM {schema}.merge_batch;

    IF (taken = 0) THEN
        COMMIT;
        RETURN OBJECT_CONSTRUCT(
            'inserted', 0, 'updated', 0, 'stale', 0, 'quarantined', 0, 'duration_s', 0, 'delay_s', 0
        );
    END IF;

    IF (quarantined > 0) THEN
        INSERT INTO {schema}.dead_letters (
            event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
            payload, received_at
        )
        SELECT
            batch.event_id,
            'merge',
            'cast',
            SUBSTR(CONCAT(
                CASE WHEN batch.id IS NULL THEN ', id' ELSE '' END,
                CASE WHEN batch.product_id IS NULL THEN ', product_id' ELSE '' END,
                CASE WHEN batch.customer_id IS NULL THEN ', customer_id' ELSE '' END,
                CASE WHEN batch.quantity IS NULL THEN ', quantity' ELSE '' END,
                CASE WHEN batch.unit_price IS NULL THEN ', unit_price' ELSE '' END,
                CASE WHEN batch.sold_at IS NULL THEN ', sold_at' ELSE '' END,
                CASE WHEN batch.event_time IS NULL THEN ', timestamp' ELSE '' END
            ), 3),
            COALESCE(topics.topic, ''),
            batch.source_id,
            batch.kafka_partition,
            batch.kafka_offset,
            TO_BINARY(TO_JSON(batch.payload), 'UTF-8'),
            :started_at
        FROM {schema}.merge_batch AS batch
        LEFT JOIN (
            SELECT source_id, MIN(topic) AS topic
            FROM {schema}.consumer_offsets
            GROUP BY source_id
        ) AS topics ON topics.source_id = batch.source_id
        LEFT JOIN (
            SELECT DISTINCT event_id FROM {schema}.dead_letters WHERE stage = 'merge'
        ) AS known ON known.event_id = batch.event_id
        WHERE NOT batch.usable AND known.event_id IS NULL;
    END IF;

    -- The newest version of each order in this batch; nothing else writes orders meanwhile.
    SELECT
        COUNT_IF(stored.id IS NULL),
        COUNT_IF(
            newest.sold_at > stored.sold_at
            OR (newest.sold_at = stored.sold_at AND (
                newest.event_time > stored.event_time
                OR (newest.event_time = stored.event_time AND (
                    newest.kafka_offset > stored.kafka_offset
                    OR (newest.kafka_offset = stored.kafka_offset AND (
                        newest.product_id > stored.product_id
                        OR (newest.product_id = stored.product_id AND (
                            newest.customer_id > stored.customer_id
                            OR (newest.customer_id = stored.customer_id AND (
                                newest.quantity > stored.quantity
                                OR (newest.quantity = stored.quantity AND (
                                    newest.unit_price > stored.unit_price
                                ))
                            ))
                        ))
                    ))
                ))
            ))
        )
    INTO :inserted, :updated
    FROM (
        SELECT
            id, product_id, customer_id, quantity, unit_price, sold_at, event_time, kafka_offset
        FROM {schema}.merge_batch
        WHERE usable
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY id ORDER BY sold_at DESC, event_time DESC, kafka_offset DESC,
                product_id DESC, customer_id DESC, quantity DESC, unit_price DESC, event_id DESC
        ) = 1
    ) AS newest
    LEFT JOIN {schema}.orders AS stored ON stored.id = newest.id;

    MERGE INTO {schema}.orders AS target
    USING (
        SELECT
            id, product_id, customer_id, quantity, unit_price, sold_at, created_at, event_time,
            kafka_offset
        FROM {schema}.merge_batch
        WHERE usable
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY id ORDER BY sold_at DESC, event_time DESC, kafka_offset DESC,
                product_id DESC, customer_id DESC, quantity DESC, unit_price DESC, event_id DESC
        ) = 1
    ) AS source
    ON target.id = source.id
    WHEN MATCHED AND (
        source.sold_at > target.sold_at
        OR (source.sold_at = target.sold_at AND (
            source.event_time > target.event_time
            OR (source.event_time = target.event_time AND (
                source.kafka_offset > target.kafka_offset
                OR (source.kafka_offset = target.kafka_offset AND (
                    source.product_id > target.product_id
                    OR (source.product_id = target.product_id AND (
                        source.customer_id > target.customer_id
                        OR (source.customer_id = target.customer_id AND (
                            source.quantity > target.quantity
                            OR (source.quantity = target.quantity AND (
                                source.unit_price > target.unit_price
                            ))
                        ))
                    ))
                ))
            ))
        ))
    ) THEN UPDATE SET
        product_id = source.product_id,
        customer_id = source.customer_id,
        quantity = source.quantity,
        unit_price = source.unit_price,
        sold_at = source.sold_at,
        ingested_at = source.created_at,
        event_time = source.event_time,
        kafka_offset = source.kafka_offset
    WHEN NOT MATCHED THEN INSERT (
        id, product_id, customer_id, quantity, unit_price, sold_at, ingested_at, event_time,
        kafka_offset
    ) VALUES (
        source.id, source.product_id, source.customer_id, source.quantity, source.unit_price,
        source.sold_at, source.created_at, source.event_time, source.kafka_offset
    );

    duration_s := TIMESTAMPDIFF(MILLISECOND, started_at, SYSDATE()) / 1000;
    delay_s := GREATEST(TIMESTAMPDIFF(MILLISECOND, oldest, started_at) / 1000, 0);
    INSERT INTO {schema}.transform_runs (
        started_at, from_seq, to_seq, inserted, updated, stale, quarantined, duration_s, delay_s
    )
    SELECT
        :started_at, :from_seq, :to_seq, :inserted, :updated,
        :taken - :quarantined - :inserted - :updated, :quarantined, :duration_s, :delay_s;
    COMMIT;

    RETURN OBJECT_CONSTRUCT(
        'inserted', inserted,
        'updated', updated,
        'stale', taken - quarantined - inserted - updated,
        'quarantined', quarantined,
        'duration_s', duration_s,
        'delay_s', delay_s
    );
EXCEPTION
    WHEN OTHER THEN
        ROLLBACK;
        RAISE;
END;
$$;

-- Without a schedule Snowflake itself watches the stream, at no cost while nothing comes.
CREATE TASK IF NOT EXISTS {schema}.merge_orders_task
    WAREHOUSE = {warehouse}
    COMMENT = 'merges new raw events into orders'
    WHEN SYSTEM$STREAM_HAS_DATA('{schema}.orders_events_stream')
AS CALL {schema}.merge_orders();

-- include task_settings task=merge_orders_task
