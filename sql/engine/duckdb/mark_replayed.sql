UPDATE {schema}.dead_letters
SET replayed_at = ?, replays = replays + 1
WHERE list_contains(?, event_id)
