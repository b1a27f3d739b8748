INSERT INTO {schema}.transform_runs (
    started_at, from_seq, to_seq, inserted, updated, stale, quarantined, duration_s, delay_s,
    deleted
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
