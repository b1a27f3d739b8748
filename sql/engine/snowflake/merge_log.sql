INSERT INTO {schema}.transform_runs (
    started_at, from_seq, to_seq, inserted, updated, stale, quarantined, duration_s, delay_s,
    deleted
)
SELECT CAST(? AS TIMESTAMP_NTZ(6)), ?, ?, ?, ?, ?, ?, CAST(? AS DOUBLE), CAST(? AS DOUBLE), ?
