-- Takes everything in the stream, which moves on with this transaction and not before.
INSERT INTO {schema}.merge_batch (
    seq, event_id, payload, created_at, source_id, kafka_partition, kafka_offset,
    id, product_id, customer_id, quantity, unit_price, sold_at, event_time, usable,
    unusable
)
SELECT
    fields.seq, fields.event_id, fields.payload, fields.created_at, fields.source_id,
    fields.kafka_partition, fields.kafka_offset, fields.id, fields.product_id,
    fields.customer_id, fields.quantity, fields.unit_price, fields.sold_at, fields.event_time,
    fields.id IS NOT NULL AND fields.product_id IS NOT NULL AND fields.customer_id IS NOT NULL
        AND fields.quantity IS NOT NULL AND fields.unit_price IS NOT NULL
        AND fields.sold_at IS NOT NULL AND fields.event_time IS NOT NULL,
    SUBSTR(CONCAT(
        CASE WHEN fields.id IS NULL THEN ', id' ELSE '' END,
        CASE WHEN fields.product_id IS NULL THEN ', product_id' ELSE '' END,
        CASE WHEN fields.customer_id IS NULL THEN ', customer_id' ELSE '' END,
        CASE WHEN fields.quantity IS NULL THEN ', quantity' ELSE '' END,
        CASE WHEN fields.unit_price IS NULL THEN ', unit_price' ELSE '' END,
        CASE WHEN fields.sold_at IS NULL THEN ', sold_at' ELSE '' END,
        CASE WHEN fields.event_time IS NULL THEN ', timestamp' ELSE '' END
    ), 3)
FROM (
    SELECT
        seq, event_id, payload, created_at, source_id, kafka_partition, kafka_offset,
        NULLIF(payload:order.id::VARCHAR, '') AS id,
        NULLIF(payload:order.product_id::VARCHAR, '') AS product_id,
        NULLIF(payload:order.customer_id::VARCHAR, '') AS customer_id,
        TRY_TO_DECIMAL(payload:order.quantity::VARCHAR, 10, 0) AS quantity,
        TRY_TO_DECIMAL(payload:order.unit_price::VARCHAR, 10, 2) AS unit_price,
        CONVERT_TIMEZONE(
            'UTC', TRY_TO_TIMESTAMP_TZ(payload:order.sold_at::VARCHAR)
        )::TIMESTAMP_NTZ(6) AS sold_at,
        CONVERT_TIMEZONE(
            'UTC', TRY_TO_TIMESTAMP_TZ(payload:timestamp::VARCHAR)
        )::TIMESTAMP_NTZ(6) AS event_time
    FROM {schema}.orders_events_stream
) AS fields
