SELECT count(*) FROM {schema}.{events}
WHERE seq > (SELECT COALESCE(max(to_seq), 0) FROM {schema}.transform_runs)
