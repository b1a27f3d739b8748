-- Raw events and the MD5 of their fields, which content_damage.sql of the engine compares.
SELECT
    seq, event_id, source_id, kafka_partition, kafka_offset, checksum, 'event' AS stage,
    MD5(CONCAT(
        payload:order.id::VARCHAR, '|',
        payload:order.product_id::VARCHAR, '|',
        payload:order.customer_id::VARCHAR, '|',
        TRY_TO_DECIMAL(payload:order.quantity::VARCHAR, 10, 0)::VARCHAR, '|',
        TRY_TO_DECIMAL(payload:order.unit_price::VARCHAR, 10, 2)::VARCHAR, '|',
        payload:order.sold_at::VARCHAR, '|',
        payload:timestamp::VARCHAR
    )) AS found
FROM {schema}.orders_events
