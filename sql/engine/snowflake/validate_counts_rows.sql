-- Keys that merged raw events name and no row has, then those that only a row has.
WITH usable AS (
    SELECT
        COALESCE(
            raw.payload:{key_path}::VARCHAR, raw.payload:{deleted_key_path}::VARCHAR
        ) AS id,
        raw.event_id,
        CASE WHEN waiting.event_id IS NULL THEN 1 ELSE 0 END AS taken
    FROM {schema}.{events} AS raw
    LEFT JOIN (
        SELECT DISTINCT event_id FROM {schema}.dead_letters WHERE stage = 'merge'
    ) AS quarantine ON quarantine.event_id = raw.event_id
    LEFT JOIN (
        SELECT DISTINCT event_id FROM {schema}.{events}_stream
    ) AS waiting ON waiting.event_id = raw.event_id
    WHERE quarantine.event_id IS NULL AND raw.event_type <> '(tombstone)'
),
missing AS (
    SELECT usable.id, MIN(usable.event_id) AS event_id
    FROM usable
    LEFT JOIN {schema}.{versions} AS known ON known.{key}::VARCHAR = usable.id
    WHERE usable.taken = 1 AND known.{key} IS NULL
    GROUP BY usable.id
),
surplus AS (
    SELECT known.{key}::VARCHAR AS id
    FROM {schema}.{versions} AS known
    LEFT JOIN usable ON usable.id = known.{key}::VARCHAR
    WHERE usable.id IS NULL
    GROUP BY known.{key}
)
SELECT 'missing' AS fault, id, event_id FROM missing
UNION ALL
SELECT 'surplus' AS fault, id, NULL FROM surplus
ORDER BY fault, id
LIMIT 10
