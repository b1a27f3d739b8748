-- A batch in one request: see store_batch in 03_tables.sql. Bound: source, topic, time, moves, events,
-- letters, gaps, statement and count of staged events, statement and count of staged dead letters.
CALL {schema}.store_batch(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
