-- How many of some letters are dismissed (1), or wait (0). Bound: which of both, and the letters.
SELECT COUNT(*)
FROM {schema}.dead_letters
WHERE replayed_at IS NULL
    AND CASE WHEN dismissed_at IS NULL THEN 0 ELSE 1 END = ?
    AND event_id IN (
        SELECT unnest(?)
    )
