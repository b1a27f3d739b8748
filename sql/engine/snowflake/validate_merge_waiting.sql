-- When the oldest raw event arrived that the merge has not taken yet, and when it last took any.
SELECT
    (SELECT MIN(created_at) FROM {schema}.{events}_stream),
    (SELECT MAX(started_at) FROM {schema}.transform_runs)
