-- Takes dismissals back: the letters wait again. Bound: which.
UPDATE {schema}.dead_letters
SET dismissed_at = NULL, dismissed_by = NULL, dismissed_why = NULL
WHERE replayed_at IS NULL
    AND event_id IN (
        SELECT item.value::VARCHAR FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
    )
