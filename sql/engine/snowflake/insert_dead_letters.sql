-- Dead letters, as one bound JSON array of {p, o, r: reason, d: detail, k: key, v: payload,
-- h: headers, cs: checksum}; key and payload in base64, so that every byte arrives.
INSERT INTO {schema}.dead_letters (
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    message_key, payload, headers, received_at, checksum
)
SELECT
    CONCAT(CAST(? AS VARCHAR), '-', item.value:p::VARCHAR, '-', item.value:o::VARCHAR),
    'decode',
    item.value:r::VARCHAR,
    item.value:d::VARCHAR,
    CAST(? AS VARCHAR),
    CAST(? AS VARCHAR),
    item.value:p::NUMBER(10, 0),
    item.value:o::NUMBER(19, 0),
    TO_BINARY(item.value:k::VARCHAR, 'BASE64'),
    TO_BINARY(item.value:v::VARCHAR, 'BASE64'),
    item.value:h::VARCHAR,
    CAST(? AS TIMESTAMP_NTZ(6)),
    item.value:cs::VARCHAR
FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
