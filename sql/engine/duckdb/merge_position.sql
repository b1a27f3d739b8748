SELECT COALESCE(max(to_seq), 0) FROM {schema}.transform_runs
