-- Records that were read again, in one request: see fill_batch in 03_tables.sql. Bound: source, topic, time,
-- moves, events, letters.
CALL {schema}.fill_batch(?, ?, ?, ?, ?, ?)
