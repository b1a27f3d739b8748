-- Rows of the tables that only ever grow.
SELECT
    (SELECT COUNT(*) FROM {schema}.{events}),
    (SELECT COUNT(*) FROM {schema}.{rows}),
    (SELECT COUNT(*) FROM {schema}.dead_letters)
