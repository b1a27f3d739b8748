-- $first, $last: the ids of the run lie between them. Without these bounds DuckDB would read every order
-- for each run, as a join alone skips no row groups of a column of text.
MERGE INTO {schema}.orders AS target
USING (SELECT * FROM merge_cast WHERE usable) AS source
ON target.id = source.id AND target.id BETWEEN $first AND $last
-- Versions of one moment and offset (two topics, or two partitions) are told apart by what they
-- say, so that the outcome does not hang on which came first.
WHEN MATCHED AND (
    source.sold_at, source.event_time, source.kafka_offset,
    source.product_id, source.customer_id, source.quantity, source.unit_price
) > (
    target.sold_at, target.event_time, target.kafka_offset,
    target.product_id, target.customer_id, target.quantity, target.unit_price
)
THEN UPDATE SET
    product_id = source.product_id,
    customer_id = source.customer_id,
    quantity = source.quantity,
    unit_price = source.unit_price,
    sold_at = source.sold_at,
    ingested_at = source.created_at,
    event_time = source.event_time,
    kafka_offset = source.kafka_offset
WHEN NOT MATCHED THEN INSERT (
    id, product_id, customer_id, quantity, unit_price, sold_at, ingested_at, event_time,
    kafka_offset
) VALUES (
    source.id, source.product_id, source.customer_id, source.quantity, source.unit_price,
    source.sold_at, source.created_at, source.event_time, source.kafka_offset
)
