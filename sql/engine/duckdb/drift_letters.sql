-- The newest dead letters that were not published again. Bound: how many, and the most bytes of one.
SELECT payload, received_at
FROM {schema}.dead_letters
WHERE rowid > (SELECT COALESCE(MAX(rowid), -1) FROM {schema}.dead_letters) - CAST(? AS BIGINT)
    AND stage = 'decode'
    AND replayed_at IS NULL
    AND octet_length(payload) <= CAST(? AS BIGINT)
