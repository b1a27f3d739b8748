-- What: the merge of new raw events into rows, inside Snowflake: a stream that remembers what was
--   merged, a procedure that merges it, and a task that calls the procedure when there is something.
-- Role: {owner_role}, or any role with CREATE STREAM, CREATE PROCEDURE and CREATE TASK on the schema;
--   starting the task also needs EXECUTE TASK on the account (02_roles_and_user.sql).
-- Repeat: safe; the procedure is replaced by this text, the stream stays, and the task gets its
--   warehouse, interval, limits and session settings anew. Where it was suspended it is resumed.
USE ROLE {owner_role};

-- Only inserts, because raw events never change. Rows that are already there are shown to the first
-- merge: an event that is merged twice changes nothing, one that is left out would be lost. A
-- stream that went stale (nothing merged for 14 days) is made anew by 08_renew_stream.sql.
CREATE STREAM IF NOT EXISTS {schema}.{events}_stream
    ON TABLE {schema}.{events}
    APPEND_ONLY = TRUE
    SHOW_INITIAL_ROWS = TRUE
    COMMENT = 'raw events that no merge has taken yet';

-- Takes everything in the stream, in one transaction: the stream moves on only together with the
-- rows written from it, and two merges at once wait for each other. Returns the counts of the row
-- it logs. Call it outside of a transaction: making the work table would commit it. It runs with the
-- rights of who calls it (the task: its owner), because procedures with the rights of their owner
-- may not make every kind of temporary object.
CREATE OR REPLACE PROCEDURE {schema}.merge_{rows}()
    RETURNS VARIANT
    LANGUAGE SQL
    COMMENT = 'merges new raw events into {rows}'
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
    before INTEGER DEFAULT 0;
    written INTEGER;
    inserted INTEGER;
    updated INTEGER;
    removed INTEGER;
    stale INTEGER;
    duration_s DOUBLE;
    delay_s DOUBLE;
BEGIN
-- include merge_batch
-- include kept_batch

    BEGIN TRANSACTION;
    started_at := SYSDATE();

    -- What does not cast becomes NULL instead of an error, so one bad row never stops the rest.
-- include merge_cast

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
-- include merge_quarantine now=:started_at
    END IF;

-- include kept_before
-- include procedure_before
-- include merge_rows
    written := SQLROWCOUNT;
-- include procedure_counts
-- include kept_after
    stale := taken - quarantined - inserted - updated - removed;

    duration_s := TIMESTAMPDIFF(MILLISECOND, started_at, SYSDATE()) / 1000;
    delay_s := GREATEST(TIMESTAMPDIFF(MILLISECOND, oldest, started_at) / 1000, 0);
    INSERT INTO {schema}.transform_runs (
        started_at, from_seq, to_seq, inserted, updated, stale, quarantined, duration_s, delay_s,
        deleted
    )
    SELECT
        :started_at, :from_seq, :to_seq, :inserted, :updated, :stale, :quarantined, :duration_s,
        :delay_s, :removed;
    COMMIT;

    RETURN OBJECT_CONSTRUCT(
        'inserted', inserted,
        'updated', updated,
        'deleted', removed,
        'stale', stale,
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

-- Figures that the merge keeps with the rows, from those that were there before it kept any. Filled
-- only where they are empty.
-- include kept_fill

-- Without a schedule Snowflake itself watches the stream, at no cost while nothing comes.
CREATE TASK IF NOT EXISTS {schema}.merge_{rows}_task
    WAREHOUSE = {warehouse}
    COMMENT = 'merges new raw events into {rows}'
    WHEN SYSTEM$STREAM_HAS_DATA('{schema}.{events}_stream')
AS CALL {schema}.merge_{rows}();

-- include task_settings task=merge_{rows}_task

-- include task_session task=merge_{rows}_task
