-- What: every table, with the columns of the same on DuckDB in Snowflake's types, a stage for
--   large batches, and the procedure that stores a batch.
-- Role: {owner_role}, or any role with CREATE TABLE, CREATE STAGE and CREATE PROCEDURE on the schema.
-- Repeat: safe; a table that exists keeps its rows, and gets the columns that came later.
-- Times are UTC without a zone. There are no primary keys: Snowflake would not enforce them. The
-- fence on consumer_offsets keeps records single, and the check `duplicates` proves it.
USE ROLE {owner_role};

-- Raw events. seq tells rows apart and says nothing of their order (NOORDER: numbers that have to
-- follow one another slow down inserts from several sessions). So it is no position to merge from. The stream of
-- 04_stream_and_task.sql is that position. checksum: MD5 of the fields that rows are made of, as the
-- client read them (content_events.sql): a VARIANT keeps values and not bytes. NULL for rows that were
-- stored before there were checksums, or by an engine of its own.
CREATE TABLE IF NOT EXISTS {schema}.{events} (
    seq             NUMBER(38, 0) NOT NULL AUTOINCREMENT START 1 INCREMENT 1 NOORDER,
    event_id        VARCHAR NOT NULL,
    event_type      VARCHAR NOT NULL,
    payload         VARIANT NOT NULL,
    created_at      TIMESTAMP_NTZ(6) NOT NULL,
    source_id       VARCHAR NOT NULL,
    kafka_partition NUMBER(10, 0) NOT NULL,
    kafka_offset    NUMBER(19, 0) NOT NULL,
    checksum        VARCHAR
);

-- include tables

-- include reference_tables

-- include kept_tables

-- Records that cannot be used. stage: 'decode' (never became a raw event) or 'merge' (a raw event
-- whose fields do not cast) or 'reread' (one of decode whose record was read again, and is an event
-- now). replayed_at: when that was, or it was published again. checksum: MD5 of key, payload and
-- headers (content_letters.sql); NULL for those of the merge, which hold no bytes of their own.
-- dismissed_at, _by, _why: when, by whom and why a person decided that nothing is to be done about it.
CREATE TABLE IF NOT EXISTS {schema}.dead_letters (
    event_id        VARCHAR NOT NULL,
    stage           VARCHAR NOT NULL,
    reason          VARCHAR NOT NULL,
    detail          VARCHAR NOT NULL,
    topic           VARCHAR NOT NULL,
    source_id       VARCHAR NOT NULL,
    kafka_partition NUMBER(10, 0) NOT NULL,
    kafka_offset    NUMBER(19, 0) NOT NULL,
    message_key     BINARY,
    payload         BINARY,
    headers         VARCHAR NOT NULL DEFAULT '[]',
    received_at     TIMESTAMP_NTZ(6) NOT NULL,
    replayed_at     TIMESTAMP_NTZ(6),
    replays         NUMBER(10, 0) NOT NULL DEFAULT 0,
    checksum        VARCHAR,
    dismissed_at    TIMESTAMP_NTZ(6),
    dismissed_by    VARCHAR,
    dismissed_why   VARCHAR
);

-- The fence and the way back after any crash: changed only together with the rows it stands for.
-- skipped: offsets that hold no record (transaction markers, compaction).
CREATE TABLE IF NOT EXISTS {schema}.consumer_offsets (
    source_id        VARCHAR NOT NULL,
    cluster_id       VARCHAR NOT NULL,
    topic            VARCHAR NOT NULL,
    topic_generation VARCHAR NOT NULL,
    kafka_partition  NUMBER(10, 0) NOT NULL,
    start_offset     NUMBER(19, 0) NOT NULL,
    next_offset      NUMBER(19, 0) NOT NULL,
    skipped          NUMBER(19, 0) NOT NULL DEFAULT 0,
    updated_at       TIMESTAMP_NTZ(6) NOT NULL
);

-- Offsets that retention removed before they were read.
CREATE TABLE IF NOT EXISTS {schema}.offset_gaps (
    source_id       VARCHAR NOT NULL,
    topic           VARCHAR NOT NULL,
    kafka_partition NUMBER(10, 0) NOT NULL,
    from_offset     NUMBER(19, 0) NOT NULL,
    to_offset       NUMBER(19, 0) NOT NULL,
    reason          VARCHAR NOT NULL,
    noticed_at      TIMESTAMP_NTZ(6) NOT NULL
);

-- One row for each merge that took events; from_seq and to_seq bound what it took.
-- deleted: NULL in rows of a version that counted what was deleted among what was updated.
CREATE TABLE IF NOT EXISTS {schema}.transform_runs (
    started_at  TIMESTAMP_NTZ(6) NOT NULL,
    from_seq    NUMBER(38, 0) NOT NULL,
    to_seq      NUMBER(38, 0) NOT NULL,
    inserted    NUMBER(19, 0) NOT NULL,
    updated     NUMBER(19, 0) NOT NULL,
    stale       NUMBER(19, 0) NOT NULL,
    quarantined NUMBER(19, 0) NOT NULL,
    duration_s  DOUBLE NOT NULL,
    delay_s     DOUBLE NOT NULL,
    deleted     NUMBER(19, 0)
);

-- One row for each validation: the history that `volume` compares with.
CREATE TABLE IF NOT EXISTS {schema}.validation_runs (
    run_at       TIMESTAMP_NTZ(6) NOT NULL,
    status       VARCHAR NOT NULL,
    raw_events   NUMBER(19, 0) NOT NULL,
    orders       NUMBER(19, 0) NOT NULL,
    dead_letters NUMBER(19, 0) NOT NULL,
    report       VARCHAR NOT NULL
);

-- What tables of earlier versions lack.
ALTER TABLE IF EXISTS {schema}.{events} ADD COLUMN IF NOT EXISTS checksum VARCHAR;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS checksum VARCHAR;
ALTER TABLE IF EXISTS {schema}.transform_runs ADD COLUMN IF NOT EXISTS deleted NUMBER(19, 0);
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS dismissed_at TIMESTAMP_NTZ(6);
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS dismissed_by VARCHAR;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS dismissed_why VARCHAR;

-- The way of large batches: a file is put here, copied into its table and removed.
CREATE STAGE IF NOT EXISTS {schema}.batches
    COMMENT = 'files of batches on their way into {events} and dead_letters';

-- Stores a batch of the consumer: its rows and the offsets they stand for, in one transaction that
-- begins and ends inside one request. So no lock is ever held while the server waits for a client. It
-- answers `stored`, `fenced` (another consumer moved an offset; nothing was written) or `not loaded` (a
-- staged file gave fewer rows than were sent; nothing was written). Arrays are JSON, `[]` for none, of objects with
--   moves    p: partition, x: expected, n: next, s: skipped
--   events   p, o: offset, y: type, c: checksum, e: event
--   letters  p, o, r: reason, d: detail, k: key, v: payload (both base64), h: headers, cs: checksum
--   gaps     p, f: from, t: to, r: reason
-- copy_events, copy_letters: statements that take files of the stage in, empty for none; and how many
-- rows each has to give. It runs with the rights of who calls it, so it may do what the caller may do.
-- COPY GRANTS: a consumer that works while this is replaced keeps its right to call it.
CREATE OR REPLACE PROCEDURE {schema}.store_batch(
    batch_source VARCHAR,
    batch_topic VARCHAR,
    batch_time VARCHAR,
    moves VARCHAR,
    events VARCHAR,
    letters VARCHAR,
    gaps VARCHAR,
    copy_events VARCHAR,
    copied_events INTEGER,
    copy_letters VARCHAR,
    copied_letters INTEGER
)
    COPY GRANTS
    RETURNS VARCHAR
    LANGUAGE SQL
    COMMENT = 'stores a batch behind the fence of the offsets'
    EXECUTE AS CALLER
AS
$$
DECLARE
    loaded INTEGER DEFAULT 0;
    moved INTEGER DEFAULT 0;
BEGIN
    BEGIN TRANSACTION;

    IF (events <> '[]') THEN
        INSERT INTO {schema}.{events} (
            event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset,
            checksum
        )
        SELECT
            CONCAT(:batch_source, '-', item.value:p::VARCHAR, '-', item.value:o::VARCHAR),
            item.value:y::VARCHAR,
            item.value:e,
            CAST(:batch_time AS TIMESTAMP_NTZ(6)),
            :batch_source,
            item.value:p::NUMBER(10, 0),
            item.value:o::NUMBER(19, 0),
            item.value:c::VARCHAR
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:events))) AS item;
    END IF;

    IF (copy_events <> '') THEN
        EXECUTE IMMEDIATE :copy_events;
        SELECT COUNT(raw.event_id)
        INTO :loaded
        FROM {schema}.{events} AS raw
        WHERE raw.source_id = :batch_source
            AND raw.created_at = CAST(:batch_time AS TIMESTAMP_NTZ(6));
        IF (loaded < copied_events) THEN
            ROLLBACK;
            RETURN 'not loaded';
        END IF;
    END IF;

    IF (letters <> '[]') THEN
        INSERT INTO {schema}.dead_letters (
            event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
            message_key, payload, headers, received_at, checksum
        )
        SELECT
            CONCAT(:batch_source, '-', item.value:p::VARCHAR, '-', item.value:o::VARCHAR),
            'decode',
            item.value:r::VARCHAR,
            item.value:d::VARCHAR,
            :batch_topic,
            :batch_source,
            item.value:p::NUMBER(10, 0),
            item.value:o::NUMBER(19, 0),
            TO_BINARY(item.value:k::VARCHAR, 'BASE64'),
            TO_BINARY(item.value:v::VARCHAR, 'BASE64'),
            item.value:h::VARCHAR,
            CAST(:batch_time AS TIMESTAMP_NTZ(6)),
            item.value:cs::VARCHAR
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:letters))) AS item;
    END IF;

    IF (copy_letters <> '') THEN
        EXECUTE IMMEDIATE :copy_letters;
        SELECT COUNT(letter.event_id)
        INTO :loaded
        FROM {schema}.dead_letters AS letter
        WHERE letter.source_id = :batch_source
            AND letter.received_at = CAST(:batch_time AS TIMESTAMP_NTZ(6));
        IF (loaded < copied_letters) THEN
            ROLLBACK;
            RETURN 'not loaded';
        END IF;
    END IF;

    IF (gaps <> '[]') THEN
        INSERT INTO {schema}.offset_gaps (
            source_id, topic, kafka_partition, from_offset, to_offset, reason, noticed_at
        )
        SELECT
            :batch_source,
            :batch_topic,
            item.value:p::NUMBER(10, 0),
            item.value:f::NUMBER(19, 0),
            item.value:t::NUMBER(19, 0),
            item.value:r::VARCHAR,
            CAST(:batch_time AS TIMESTAMP_NTZ(6))
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:gaps))) AS item;
    END IF;

    -- The fence: a row moves only from the offset that the batch began at. It comes last, because from
    -- here to the commit no other consumer can move an offset.
    UPDATE {schema}.consumer_offsets
    SET
        next_offset = move.reached,
        skipped = skipped + move.passed,
        updated_at = CAST(:batch_time AS TIMESTAMP_NTZ(6))
    FROM (
        SELECT
            item.value:p::NUMBER(10, 0) AS part,
            item.value:x::NUMBER(19, 0) AS expected,
            item.value:n::NUMBER(19, 0) AS reached,
            item.value:s::NUMBER(19, 0) AS passed
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:moves))) AS item
    ) AS move
    WHERE source_id = :batch_source
        AND kafka_partition = move.part
        AND next_offset = move.expected;
    moved := SQLROWCOUNT;
    IF (moved <> ARRAY_SIZE(PARSE_JSON(moves))) THEN
        ROLLBACK;
        RETURN 'fenced';
    END IF;
    COMMIT;
    RETURN 'stored';
EXCEPTION
    WHEN OTHER THEN
        ROLLBACK;
        RAISE;
END;
$$;

-- Stores what is missing of records that were read again, in one transaction that begins and ends inside one
-- request. It answers how many events, letters and resolved letters, as a JSON array, or `not stored yet` (a
-- range is not behind the offsets; nothing was written). Arrays are those of store_batch; of a move the range
-- from x to n counts, and no offset moves. Doing it twice changes nothing.
CREATE OR REPLACE PROCEDURE {schema}.fill_batch(
    batch_source VARCHAR,
    batch_topic VARCHAR,
    batch_time VARCHAR,
    moves VARCHAR,
    events VARCHAR,
    letters VARCHAR
)
    COPY GRANTS
    RETURNS VARCHAR
    LANGUAGE SQL
    COMMENT = 'stores what is missing of records that were read again'
    EXECUTE AS CALLER
AS
$$
DECLARE
    covered INTEGER DEFAULT 0;
    inserted INTEGER DEFAULT 0;
    lettered INTEGER DEFAULT 0;
    resolved INTEGER DEFAULT 0;
BEGIN
    BEGIN TRANSACTION;

    -- It comes first: whoever fills or stores at the same time waits here, so that what is looked at below
    -- is all that there is.
    UPDATE {schema}.consumer_offsets
    SET updated_at = updated_at
    FROM (
        SELECT
            item.value:p::NUMBER(10, 0) AS part,
            item.value:x::NUMBER(19, 0) AS first,
            item.value:n::NUMBER(19, 0) AS reached
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:moves))) AS item
    ) AS move
    WHERE source_id = :batch_source
        AND kafka_partition = move.part
        AND start_offset <= move.first
        AND next_offset >= move.reached;
    covered := SQLROWCOUNT;
    IF (covered <> ARRAY_SIZE(PARSE_JSON(moves))) THEN
        ROLLBACK;
        RETURN 'not stored yet';
    END IF;

    IF (events <> '[]') THEN
        UPDATE {schema}.dead_letters
        SET
            stage = 'reread',
            replayed_at = CAST(:batch_time AS TIMESTAMP_NTZ(6))
        FROM (
            SELECT
                item.value:p::NUMBER(10, 0) AS part,
                item.value:o::NUMBER(19, 0) AS place
            FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:events))) AS item
        ) AS again
        WHERE stage = 'decode'
            AND replayed_at IS NULL
            AND dismissed_at IS NULL
            AND source_id = :batch_source
            AND kafka_partition = again.part
            AND kafka_offset = again.place;
        resolved := SQLROWCOUNT;

        INSERT INTO {schema}.{events} (
            event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset,
            checksum
        )
        SELECT
            CONCAT(:batch_source, '-', again.part, '-', again.place),
            again.kind,
            again.event,
            CAST(:batch_time AS TIMESTAMP_NTZ(6)),
            :batch_source,
            again.part,
            again.place,
            again.checksum
        FROM (
            SELECT
                item.value:p::NUMBER(10, 0) AS part,
                item.value:o::NUMBER(19, 0) AS place,
                item.value:y::VARCHAR AS kind,
                item.value:e AS event,
                item.value:c::VARCHAR AS checksum
            FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:events))) AS item
        ) AS again
        LEFT JOIN (
-- include stored_records
        ) AS known ON known.source_id = :batch_source
            AND known.kafka_partition = again.part
            AND known.kafka_offset = again.place
        WHERE known.source_id IS NULL;
        inserted := SQLROWCOUNT;
    END IF;

    IF (letters <> '[]') THEN
        INSERT INTO {schema}.dead_letters (
            event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
            message_key, payload, headers, received_at, checksum
        )
        SELECT
            CONCAT(:batch_source, '-', again.part, '-', again.place),
            'decode',
            again.reason,
            again.detail,
            :batch_topic,
            :batch_source,
            again.part,
            again.place,
            TO_BINARY(again.message_key, 'BASE64'),
            TO_BINARY(again.bytes, 'BASE64'),
            again.headers,
            CAST(:batch_time AS TIMESTAMP_NTZ(6)),
            again.checksum
        FROM (
            SELECT
                item.value:p::NUMBER(10, 0) AS part,
                item.value:o::NUMBER(19, 0) AS place,
                item.value:r::VARCHAR AS reason,
                item.value:d::VARCHAR AS detail,
                item.value:k::VARCHAR AS message_key,
                item.value:v::VARCHAR AS bytes,
                item.value:h::VARCHAR AS headers,
                item.value:cs::VARCHAR AS checksum
            FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:letters))) AS item
        ) AS again
        LEFT JOIN (
-- include stored_records
        ) AS known ON known.source_id = :batch_source
            AND known.kafka_partition = again.part
            AND known.kafka_offset = again.place
        WHERE known.source_id IS NULL;
        lettered := SQLROWCOUNT;
    END IF;
    COMMIT;
    RETURN CONCAT('[', inserted - resolved, ',', lettered, ',', resolved, ']');
EXCEPTION
    WHEN OTHER THEN
        ROLLBACK;
        RAISE;
END;
$$;
