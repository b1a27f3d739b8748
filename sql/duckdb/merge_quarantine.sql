INSERT INTO {schema}.dead_letters (
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    payload, received_at, checksum
)
SELECT
    cast_events.event_id, 'merge', 'cast',
    concat_ws(
        ', ',
        CASE WHEN cast_events.id IS NULL THEN 'id' END,
        CASE WHEN cast_events.product_id IS NULL THEN 'product_id' END,
        CASE WHEN cast_events.customer_id IS NULL THEN 'customer_id' END,
        CASE WHEN cast_events.quantity IS NULL THEN 'quantity' END,
        CASE WHEN cast_events.unit_price IS NULL THEN 'unit_price' END,
        CASE WHEN cast_events.sold_at IS NULL THEN 'sold_at' END,
        CASE WHEN cast_events.event_time IS NULL THEN 'timestamp' END
    ),
    COALESCE(
        (SELECT min(o.topic) FROM {schema}.consumer_offsets AS o
         WHERE o.source_id = cast_events.source_id),
        ''
    ),
    cast_events.source_id, cast_events.kafka_partition, cast_events.kafka_offset,
    encode(CAST(raw.payload AS VARCHAR)), ?, raw.checksum
FROM merge_cast AS cast_events
INNER JOIN {schema}.orders_events AS raw ON raw.seq = cast_events.seq
WHERE raw.seq > ? AND raw.seq <= ? AND NOT cast_events.usable
