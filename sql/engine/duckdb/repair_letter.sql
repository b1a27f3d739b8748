UPDATE {schema}.dead_letters
SET
    payload = ?, message_key = ?, headers = ?, event_id = ?, source_id = ?, kafka_partition = ?,
    kafka_offset = ?, checksum = ?
WHERE rowid = ?
