-- Order ids that merged raw events name and orders lacks, then those that only orders has.
WITH usable AS (
    SELECT
        raw.payload:order.id::VARCHAR AS id,
        raw.event_id,
        CASE WHEN waiting.event_id IS NULL THEN 1 ELSE 0 END AS taken
    FROM {schema}.orders_events AS raw
    LEFT JOIN (
        SELECT DISTINCT event_id FROM {schema}.dead_letters WHERE stage = 'merge'
    ) AS quarantine ON quarantine.event_id = raw.event_id
    LEFT JOIN (
        SELECT DISTINCT event_id FROM {schema}.orders_events_stream
    ) AS waiting ON waiting.event_id = raw.event_id
    WHERE quarantine.event_id IS NULL
),
missing AS (
    SELECT usable.id, MIN(usable.event_id) AS event_id
    FROM usable
    LEFT JOIN {schema}.orders AS known ON known.id = usable.id
    WHERE usable.taken = 1 AND known.id IS NULL
    GROUP BY usable.id
),
surplus AS (
    SELECT known.id
    FROM {schema}.orders AS known
    LEFT JOIN usable ON usable.id = known.id
    WHERE usable.id IS NULL
    GROUP BY known.id
)
SELECT 'missing' AS fault, id, event_id FROM missing
UNION ALL
SELECT 'surplus' AS fault, id, NULL FROM surplus
ORDER BY fault, id
LIMIT 10
