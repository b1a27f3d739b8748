-- The newest raw events but tombstones, as bytes: text that was damaged need not be text any more.
-- Bound: how many, and the most bytes of one.
SELECT encode(CAST(payload AS VARCHAR)), created_at
FROM {schema}.{events}
WHERE seq > (SELECT COALESCE(MAX(seq), 0) FROM {schema}.{events}) - CAST(? AS BIGINT)
    AND event_type <> '(tombstone)'
    AND strlen(CAST(payload AS VARCHAR)) <= CAST(? AS BIGINT)
