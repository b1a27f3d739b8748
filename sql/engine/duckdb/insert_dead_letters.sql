INSERT INTO {schema}.dead_letters (
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    message_key, payload, headers, received_at, checksum
)
SELECT
    concat(?, '-', kafka_partition, '-', kafka_offset),
    'decode', reason, detail, ?, ?, kafka_partition, kafka_offset,
    message_key, payload, headers, ?, checksum
FROM staged
