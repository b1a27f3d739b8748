-- The next raw events to merge: after a position, at most so many.
SELECT max(seq), min(created_at), count(*)
FROM (
    SELECT seq, created_at FROM {schema}.{events} WHERE seq > ? ORDER BY seq LIMIT ?
)
