SELECT
    rowid, checksum, payload,
    event_id = concat(source_id, '-', kafka_partition, '-', kafka_offset),
    stage, message_key, encode(headers)
FROM {schema}.dead_letters
WHERE rowid > ? AND rowid <= ?
