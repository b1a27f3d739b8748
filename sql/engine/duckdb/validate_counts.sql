-- Raw events against rows in one statement, hence one state of the warehouse, although consumer
-- and merge may be running. Compared are sets of keys, so a loss and a duplicate cannot cancel.
-- Left out: events that the merge put into quarantine, those it has not taken yet (backlog), and
-- tombstones, of which no row need be known.
WITH merged AS (
    SELECT COALESCE(MAX(to_seq), 0) AS seq FROM {schema}.transform_runs
),
quarantine AS (
    SELECT DISTINCT event_id FROM {schema}.dead_letters WHERE stage = 'merge'
),
raw_events AS (
    SELECT
        raw.event_type,
        COALESCE(
            json_extract_string(raw.payload, '$.{key_path}'),
            json_extract_string(raw.payload, '$.{deleted_key_path}')
        ) AS id,
        raw.seq <= (SELECT seq FROM merged) AS taken,
        quarantine.event_id IS NOT NULL AS quarantined
    FROM {schema}.{events} AS raw
    LEFT JOIN quarantine ON quarantine.event_id = raw.event_id
),
raw_totals AS (
    SELECT
        COUNT(*) AS events,
        COUNT(*) FILTER (WHERE quarantined) AS quarantined,
        COUNT(*) FILTER (WHERE NOT taken) AS backlog
    FROM raw_events
),
raw_ids AS (
    SELECT id, BOOL_OR(taken) AS taken
    FROM raw_events
    WHERE NOT quarantined AND event_type <> '(tombstone)'
    GROUP BY id
),
row_ids AS (
    SELECT CAST({key} AS VARCHAR) AS id, COUNT(*) AS copies FROM {schema}.{versions} GROUP BY {key}
),
compared AS (
    SELECT
        COUNT(*) FILTER (WHERE raw_ids.taken IS NOT NULL) AS raw_ids,
        COUNT(*) FILTER (WHERE row_ids.copies IS NOT NULL) AS row_ids,
        COALESCE(SUM(row_ids.copies), 0) AS row_count,
        COUNT(*) FILTER (WHERE raw_ids.taken AND row_ids.copies IS NULL) AS missing,
        COUNT(*) FILTER (WHERE raw_ids.taken IS NULL) AS surplus
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
