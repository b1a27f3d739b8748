UPDATE {schema}.dead_letters
SET
    payload = ?, event_id = ?, source_id = ?, kafka_partition = ?, kafka_offset = ?, checksum = ?
WHERE rowid = ?
