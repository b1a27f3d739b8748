-- Raw events as they are stored, to be compared with their checksums. The bytes come as bytes: text
-- that was damaged need not be text any more.
SELECT
    seq, checksum, encode(CAST(payload AS VARCHAR)) AS payload,
    event_id = concat(source_id, '-', kafka_partition, '-', kafka_offset) AS same
FROM {schema}.{events}
WHERE seq > ? AND seq <= ?
