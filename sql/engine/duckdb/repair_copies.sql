-- The bytes of a raw event and of its copies among the letters of the merge.
SELECT encode(CAST(payload AS VARCHAR)) FROM {schema}.{events} WHERE event_id = ?
UNION ALL
SELECT payload FROM {schema}.dead_letters
WHERE event_id = ? AND stage = 'merge' AND payload IS NOT NULL
