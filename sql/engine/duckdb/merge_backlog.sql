-- How many raw events wait for their merge, and since when the oldest does.
SELECT count(*), min(created_at) FROM {schema}.{events}
WHERE seq > (SELECT COALESCE(max(to_seq), 0) FROM {schema}.transform_runs)
