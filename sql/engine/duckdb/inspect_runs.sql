SELECT started_at, inserted, updated, stale, quarantined, duration_s, delay_s
FROM {schema}.transform_runs ORDER BY started_at DESC LIMIT ?
