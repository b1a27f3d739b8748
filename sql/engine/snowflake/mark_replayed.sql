UPDATE {schema}.dead_letters
SET replayed_at = CAST(? AS TIMESTAMP_NTZ(6)), replays = replays + 1
WHERE event_id IN (
    SELECT item.value::VARCHAR FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
)
