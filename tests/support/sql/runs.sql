SELECT inserted + updated + stale + quarantined, stale, duration_s, delay_s
FROM {schema}.transform_runs ORDER BY started_at
