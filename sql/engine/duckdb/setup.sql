-- What every pipeline has in the embedded warehouse. Safe to repeat. No primary keys: in DuckDB they cost a
-- five times larger file and half the load speed; the checks `duplicates` and the fence do that work.
CREATE SCHEMA IF NOT EXISTS {schema};

-- Raw events. seq is the order of arrival, which the merge follows. The writer numbers the rows: a
-- sequence must never come near this file. DuckDB keeps a transaction's use of one behind a pointer
-- into memory that it may give away, and then writes over what lies there (docs/reliability.md).
-- payload: Zstandard keeps it a third smaller than what DuckDB would choose, for less work. event_id: it
-- spares DuckDB trying what would suit, which took a quarter of the work of a checkpoint.
-- checksum: XXH3-64 of the bytes that the broker's client gave; NULL for rows that were stored before
-- there were checksums.
CREATE TABLE IF NOT EXISTS {schema}.{events} (
    seq             BIGINT NOT NULL,
    event_id        VARCHAR NOT NULL USING COMPRESSION zstd,
    event_type      VARCHAR NOT NULL,
    payload         JSON NOT NULL USING COMPRESSION zstd,
    created_at      TIMESTAMP NOT NULL,
    source_id       VARCHAR NOT NULL,
    kafka_partition INTEGER NOT NULL,
    kafka_offset    BIGINT NOT NULL,
    checksum        UBIGINT
);

-- Records that cannot be used. stage: 'decode' (never became a raw event) or 'merge' (a raw event
-- whose fields do not cast) or 'reread' (one of decode whose record was read again, and is an event
-- now). replayed_at: when that was, or it was published again. checksum: of payload, key and headers
-- as the client gave them, or of the payload alone (merge: that of the raw event).
-- dismissed_at, _by, _why: when, by whom and why a person decided that nothing is to be done about it.
CREATE TABLE IF NOT EXISTS {schema}.dead_letters (
    event_id        VARCHAR NOT NULL,
    stage           VARCHAR NOT NULL,
    reason          VARCHAR NOT NULL,
    detail          VARCHAR NOT NULL,
    topic           VARCHAR NOT NULL,
    source_id       VARCHAR NOT NULL,
    kafka_partition INTEGER NOT NULL,
    kafka_offset    BIGINT NOT NULL,
    message_key     BLOB,
    payload         BLOB,
    headers         VARCHAR NOT NULL DEFAULT '[]',
    received_at     TIMESTAMP NOT NULL,
    replayed_at     TIMESTAMP,
    replays         INTEGER NOT NULL DEFAULT 0,
    checksum        UBIGINT,
    dismissed_at    TIMESTAMP,
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
    kafka_partition  INTEGER NOT NULL,
    start_offset     BIGINT NOT NULL,
    next_offset      BIGINT NOT NULL,
    skipped          BIGINT NOT NULL DEFAULT 0,
    updated_at       TIMESTAMP NOT NULL
);

-- Offsets that retention (or the embedded broker's cap) removed before they were read.
CREATE TABLE IF NOT EXISTS {schema}.offset_gaps (
    source_id       VARCHAR NOT NULL,
    topic           VARCHAR NOT NULL,
    kafka_partition INTEGER NOT NULL,
    from_offset     BIGINT NOT NULL,
    to_offset       BIGINT NOT NULL,
    reason          VARCHAR NOT NULL,
    noticed_at      TIMESTAMP NOT NULL
);

-- One row for each merge that took events. to_seq of the last one is where the next begins.
-- deleted: NULL in rows of a version that counted what was deleted among what was updated.
CREATE TABLE IF NOT EXISTS {schema}.transform_runs (
    started_at  TIMESTAMP NOT NULL,
    from_seq    BIGINT NOT NULL,
    to_seq      BIGINT NOT NULL,
    inserted    BIGINT NOT NULL,
    updated     BIGINT NOT NULL,
    stale       BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    duration_s  DOUBLE NOT NULL,
    delay_s     DOUBLE NOT NULL,
    deleted     BIGINT
);

-- One row for each validation: the history that `volume` compares with.
CREATE TABLE IF NOT EXISTS {schema}.validation_runs (
    run_at       TIMESTAMP NOT NULL,
    status       VARCHAR NOT NULL,
    raw_events   BIGINT NOT NULL,
    orders       BIGINT NOT NULL,
    dead_letters BIGINT NOT NULL,
    report       VARCHAR NOT NULL
);
