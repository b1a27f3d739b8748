SELECT
    id, product_id, customer_id, quantity, unit_price, sold_at, ingested_at, event_time, kafka_offset
FROM {schema}.orders
ORDER BY id
