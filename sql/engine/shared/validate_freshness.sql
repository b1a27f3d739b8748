-- The newest row by time of ingestion, and the newest raw event.
SELECT
    (SELECT COUNT(*) FROM {schema}.{rows}),
    (SELECT MAX(ingested_at) FROM {schema}.{rows}),
    (SELECT MAX(created_at) FROM {schema}.{events})
