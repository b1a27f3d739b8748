SELECT COUNT(event_id), 1, COUNT(event_id), COUNT(event_id) - COUNT(checksum)
FROM {schema}.dead_letters
WHERE stage <> 'merge'
