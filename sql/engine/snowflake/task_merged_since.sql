SELECT inserted, updated, stale, quarantined, duration_s, delay_s, COALESCE(deleted, 0)
FROM {schema}.transform_runs
WHERE started_at >= CAST(? AS TIMESTAMP_NTZ(6))
ORDER BY started_at
