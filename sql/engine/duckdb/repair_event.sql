UPDATE {schema}.{events}
SET payload = ?, event_id = ?, source_id = ?, kafka_partition = ?, kafka_offset = ?, checksum = ?
WHERE seq = ?
