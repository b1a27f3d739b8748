-- By name, since who only looks may meet a table of a version whose merges told no deletes.
SELECT
    started_at,
    inserted,
    updated,
    COALESCE(GET(OBJECT_CONSTRUCT(*), 'DELETED')::NUMBER(19, 0), 0) AS deleted,
    stale,
    quarantined,
    duration_s,
    delay_s
FROM {schema}.transform_runs
QUALIFY ROW_NUMBER() OVER (ORDER BY started_at DESC) <= CAST(? AS INTEGER)
ORDER BY started_at DESC
