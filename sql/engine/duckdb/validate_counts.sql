-- Raw events against rows in one statement, hence one state of the warehouse, although consumer
-- and merge may be running. Compared are sets of keys, so a loss and a duplicate cannot cancel.
-- Left out: events that the merge put into quarantine, those it has not taken yet (backlog), and
-- tombstones, of which no row need be known.
-- seen: 1 a raw event names the key, 2 the merge has taken one, 4 there is a row.
WITH merged AS (
    SELECT COALESCE(MAX(to_seq), 0) AS seq FROM {schema}.transform_runs
),
quarantine AS (
    SELECT DISTINCT source_id, kafka_partition, kafka_offset
    FROM {schema}.dead_letters
    WHERE stage = 'merge'
),
named AS (
    SELECT
        COALESCE(
            json_extract_string(raw.payload, '$.{key_path}'),
            json_extract_string(raw.payload, '$.{deleted_key_path}')
        ) AS id,
        CAST(CASE WHEN raw.seq <= (SELECT seq FROM merged) THEN 3 ELSE 1 END AS UTINYINT) AS seen
    FROM {schema}.{events} AS raw
    ANTI JOIN quarantine USING (source_id, kafka_partition, kafka_offset)
    WHERE raw.event_type <> '(tombstone)'
    UNION ALL
    SELECT CAST({key} AS VARCHAR), CAST(4 AS UTINYINT) FROM {schema}.{versions}
),
compared AS (
    SELECT BIT_OR(seen) AS seen FROM named GROUP BY id
)
SELECT
    (SELECT COUNT(*) FROM {schema}.{events}),
    (
        SELECT COUNT(*)
        FROM {schema}.{events} AS raw
        SEMI JOIN quarantine USING (source_id, kafka_partition, kafka_offset)
    ),
    (SELECT COUNT(*) FROM {schema}.{events} WHERE seq > (SELECT seq FROM merged)),
    COUNT(*) FILTER (seen & 1 > 0),
    (SELECT COUNT(*) FROM {schema}.{versions}),
    COUNT(*) FILTER (seen & 4 > 0),
    COUNT(*) FILTER (seen = 3),
    COUNT(*) FILTER (seen = 4)
FROM compared
