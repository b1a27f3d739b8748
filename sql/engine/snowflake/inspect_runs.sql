SELECT
    started_at, inserted, updated, COALESCE(deleted, 0), stale, quarantined, duration_s, delay_s
FROM {schema}.transform_runs
QUALIFY ROW_NUMBER() OVER (ORDER BY started_at DESC) <= CAST(? AS INTEGER)
ORDER BY started_at DESC
