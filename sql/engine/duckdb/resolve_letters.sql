-- Letters of the consumer whose records were read again and are events now. Bound: when, and which.
UPDATE {schema}.dead_letters
SET stage = 'reread', replayed_at = ?
WHERE stage = 'decode'
    AND replayed_at IS NULL
    AND dismissed_at IS NULL
    AND event_id IN (
        SELECT unnest(?)
    )
