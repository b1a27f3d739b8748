-- Raw events against rows in one statement, hence one state of the warehouse, although consumer
-- and merge may be running. Compared are sets of keys, so a loss and a duplicate cannot cancel.
-- Left out: events that the merge put into quarantine, those it has not taken yet (backlog), and
-- tombstones, of which no row need be known.
WITH quarantine AS (
    SELECT DISTINCT event_id FROM {schema}.dead_letters WHERE stage = 'merge'
),
waiting AS (
    SELECT DISTINCT event_id FROM {schema}.{events}_stream
),
raw_events AS (
    SELECT
        raw.event_type,
        COALESCE(
            raw.payload:{key_path}::VARCHAR, raw.payload:{deleted_key_path}::VARCHAR
        ) AS id,
        CASE WHEN waiting.event_id IS NULL THEN 1 ELSE 0 END AS taken,
        CASE WHEN quarantine.event_id IS NULL THEN 0 ELSE 1 END AS quarantined
    FROM {schema}.{events} AS raw
    LEFT JOIN quarantine ON quarantine.event_id = raw.event_id
    LEFT JOIN waiting ON waiting.event_id = raw.event_id
),
raw_totals AS (
    SELECT
        COUNT(*) AS events,
        COALESCE(SUM(quarantined), 0) AS quarantined,
        COALESCE(SUM(1 - taken), 0) AS backlog
    FROM raw_events
),
raw_ids AS (
    SELECT id, MAX(taken) AS taken
    FROM raw_events
    WHERE quarantined = 0 AND event_type <> '(tombstone)'
    GROUP BY id
),
row_ids AS (
    SELECT {key}::VARCHAR AS id, COUNT(*) AS copies FROM {schema}.{versions} GROUP BY {key}
),
compared AS (
    SELECT
        COALESCE(SUM(CASE WHEN raw_ids.taken IS NOT NULL THEN 1 ELSE 0 END), 0) AS raw_ids,
        COALESCE(SUM(CASE WHEN row_ids.copies IS NOT NULL THEN 1 ELSE 0 END), 0) AS row_ids,
        COALESCE(SUM(row_ids.copies), 0) AS row_count,
        COALESCE(SUM(CASE
            WHEN raw_ids.taken = 1 AND row_ids.copies IS NULL THEN 1 ELSE 0
        END), 0) AS missing,
        COALESCE(SUM(CASE WHEN raw_ids.taken IS NULL THEN 1 ELSE 0 END), 0) AS surplus
    FROM raw_ids
    FULL OUTER JOIN row_ids ON row_ids.id = raw_ids.id
)
SELECT
    raw_totals.events,
    raw_totals.quarantined,
    raw_totals.backlog,
    compared.raw_ids,
    compared.row_count,
    compared.row_ids,
    compared.missing,
    compared.surplus
FROM raw_totals
CROSS JOIN compared
