-- Instead of `merge_rows` where no order of the run is there yet: without its join.
INSERT INTO {schema}.orders (
    id, product_id, customer_id, quantity, unit_price, sold_at, ingested_at, event_time,
    kafka_offset
)
SELECT
    id, product_id, customer_id, quantity, unit_price, sold_at, created_at, event_time,
    kafka_offset
FROM merge_cast
WHERE usable
