-- Earlier validations, newest first, at most the bound number.
SELECT run_at, status, raw_events, orders, dead_letters, report
FROM (
    SELECT
        run_at, status, raw_events, orders, dead_letters, report,
        ROW_NUMBER() OVER (ORDER BY run_at DESC, raw_events DESC) AS place
    FROM {schema}.validation_runs
) AS numbered
WHERE place <= CAST(? AS INTEGER)
ORDER BY place
