-- Keys that merged raw events name and no row has, then those that only a row has.
WITH merged AS (
    SELECT COALESCE(MAX(to_seq), 0) AS seq FROM {schema}.transform_runs
),
usable AS (
    SELECT
        COALESCE(
            json_extract_string(raw.payload, '$.{key_path}'),
            json_extract_string(raw.payload, '$.{deleted_key_path}')
        ) AS id,
        raw.event_id,
        raw.seq
    FROM {schema}.{events} AS raw
    ANTI JOIN (SELECT event_id FROM {schema}.dead_letters WHERE stage = 'merge') AS quarantine
        ON quarantine.event_id = raw.event_id
    WHERE raw.event_type <> '(tombstone)'
),
missing AS (
    SELECT usable.id, MIN(usable.event_id) AS event_id
    FROM usable
    ANTI JOIN {schema}.{versions} AS known ON CAST(known.{key} AS VARCHAR) = usable.id
    WHERE usable.seq <= (SELECT seq FROM merged)
    GROUP BY usable.id
),
surplus AS (
    SELECT DISTINCT CAST(known.{key} AS VARCHAR) AS id
    FROM {schema}.{versions} AS known
    ANTI JOIN usable ON usable.id = CAST(known.{key} AS VARCHAR)
)
SELECT 'missing' AS fault, id, event_id FROM missing
UNION ALL
SELECT 'surplus' AS fault, id, NULL FROM surplus
ORDER BY fault, id
LIMIT 10
