SELECT inserted, updated, stale, quarantined FROM {schema}.transform_runs ORDER BY from_seq
