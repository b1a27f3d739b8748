-- Raw events against orders in one statement, hence one state of the warehouse, although consumer
-- and merge may be running. Compared are sets of order ids, so a loss and a duplicate cannot cancel.
-- Left out: events that the merge put into quarantine, and those it has not taken yet (backlog).
WITH merged AS (
    SELECT COALESCE(MAX(to_seq), 0) AS seq FROM {schema}.transform_runs
),
quarantine AS (
    SELECT DISTINCT event_id FROM {schema}.dead_letters WHERE stage = 'merge'
),
raw_events AS (
    SELECT
        json_extract_string(raw.payload, '$.order.id') AS id,
        raw.seq <= (SELECT seq FROM merged) AS taken,
        quarantine.event_id IS NOT NULL AS quarantined
    FROM {schema}.orders_events AS raw
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
    WHERE NOT quarantined
    GROUP BY id
),
order_ids AS (
    SELECT id, COUNT(*) AS copies FROM {schema}.orders GROUP BY id
),
compared AS (
    SELECT
        COUNT(*) FILTER (WHERE raw_ids.taken IS NOT NULL) AS raw_ids,
        COUNT(*) FILTER (WHERE order_ids.copies IS NOT NULL) AS order_ids,
        COALESCE(SUM(order_ids.copies), 0) AS orders,
        COUNT(*) FILTER (WHERE raw_ids.taken AND order_ids.copies IS NULL) AS missing,
        COUNT(*) FILTER (WHERE raw_ids.taken IS NULL) AS surplus
    FROM raw_ids
    FULL OUTER JOIN order_ids ON order_ids.id = raw_ids.id
)
SELECT
    raw_totals.events,
    raw_totals.quarantined,
    raw_totals.backlog,
    compared.raw_ids,
    compared.orders,
    compared.order_ids,
    compared.missing,
    compared.surplus
FROM raw_totals
CROSS JOIN compared
