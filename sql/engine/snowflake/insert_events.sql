-- Good events, as one bound JSON array of {p: partition, o: offset, c: checksum, e: event}.
INSERT INTO {schema}.{events} (
    event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset,
    checksum
)
SELECT
    CONCAT(CAST(? AS VARCHAR), '-', item.value:p::VARCHAR, '-', item.value:o::VARCHAR),
    'order_created',
    item.value:e,
    CAST(? AS TIMESTAMP_NTZ(6)),
    CAST(? AS VARCHAR),
    item.value:p::NUMBER(10, 0),
    item.value:o::NUMBER(19, 0),
    item.value:c::VARCHAR
FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
