-- The newest dead letters that were not published again. Bound: how many, and the most bytes of one.
WITH newest AS (
    SELECT payload, received_at
    FROM {schema}.dead_letters
    WHERE stage = 'decode' AND replayed_at IS NULL
    QUALIFY ROW_NUMBER() OVER (ORDER BY received_at DESC, event_id) <= CAST(? AS INTEGER)
)
SELECT payload, received_at
FROM newest
WHERE OCTET_LENGTH(payload) <= CAST(? AS INTEGER)
