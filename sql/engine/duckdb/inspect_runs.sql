-- By name, since a file that is only looked at may be of a version whose merges told no deletes.
SELECT
    started_at, inserted, updated, coalesce(deleted, 0) AS deleted, stale, quarantined, duration_s,
    delay_s
FROM (
    SELECT * FROM {schema}.transform_runs
    UNION ALL BY NAME
    SELECT CAST(NULL AS BIGINT) AS deleted WHERE false
) AS runs
ORDER BY started_at DESC LIMIT ?
