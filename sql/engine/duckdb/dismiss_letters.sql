-- Bound: when, by whom, why, and the letters; of those only what still waits.
UPDATE {schema}.dead_letters
SET dismissed_at = ?, dismissed_by = ?, dismissed_why = ?
WHERE replayed_at IS NULL
    AND dismissed_at IS NULL
    AND event_id IN (
        SELECT unnest(?)
    )
