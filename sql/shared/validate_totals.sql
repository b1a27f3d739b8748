-- Rows of the tables that only ever grow.
SELECT
    (SELECT COUNT(*) FROM {schema}.orders_events),
    (SELECT COUNT(*) FROM {schema}.orders),
    (SELECT COUNT(*) FROM {schema}.dead_letters)
