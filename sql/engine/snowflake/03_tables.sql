-- What: every table, with the columns of the same on DuckDB in Snowflake's types, and a stage for
--   large batches.
-- Role: {owner_role}, or any role with CREATE TABLE and CREATE STAGE on the schema.
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

-- Records that cannot be used. stage: 'decode' (never became a raw event) or 'merge' (a raw event
-- whose fields do not cast). replayed_at: when it was published again. checksum: MD5 of key, payload
-- and headers (content_letters.sql); NULL for those of the merge, which hold no bytes of their own.
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
    checksum        VARCHAR
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
CREATE TABLE IF NOT EXISTS {schema}.transform_runs (
    started_at  TIMESTAMP_NTZ(6) NOT NULL,
    from_seq    NUMBER(38, 0) NOT NULL,
    to_seq      NUMBER(38, 0) NOT NULL,
    inserted    NUMBER(19, 0) NOT NULL,
    updated     NUMBER(19, 0) NOT NULL,
    stale       NUMBER(19, 0) NOT NULL,
    quarantined NUMBER(19, 0) NOT NULL,
    duration_s  DOUBLE NOT NULL,
    delay_s     DOUBLE NOT NULL
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

-- What tables of version 0.1.0 lack.
ALTER TABLE IF EXISTS {schema}.{events} ADD COLUMN IF NOT EXISTS checksum VARCHAR;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS checksum VARCHAR;

-- The way of large batches: a file is put here, copied into its table and removed.
CREATE STAGE IF NOT EXISTS {schema}.batches
    COMMENT = 'files of batches on their way into {events} and dead_letters';
