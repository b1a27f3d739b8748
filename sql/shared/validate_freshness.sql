-- The newest order by time of ingestion, and the newest raw event.
SELECT
    (SELECT COUNT(*) FROM {schema}.orders),
    (SELECT MAX(ingested_at) FROM {schema}.orders),
    (SELECT MAX(created_at) FROM {schema}.orders_events)
