-- Notes a validation with the totals it saw.
INSERT INTO {schema}.validation_runs (run_at, status, raw_events, orders, dead_letters, report)
SELECT CAST(? AS TIMESTAMP), ?, ?, ?, ?, ?
