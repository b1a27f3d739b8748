-- The newest version of each order of the batch, where it is newer than the stored one.
MERGE INTO {schema}.orders AS target
USING (
    SELECT
        id, product_id, customer_id, quantity, unit_price, sold_at, created_at, event_time,
        kafka_offset
    FROM {schema}.merge_batch
    WHERE usable
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY id ORDER BY sold_at DESC, event_time DESC, kafka_offset DESC, event_id DESC
    ) = 1
) AS source
ON target.id = source.id
WHEN MATCHED AND (
    source.sold_at > target.sold_at
    OR (source.sold_at = target.sold_at AND source.event_time > target.event_time)
    OR (
        source.sold_at = target.sold_at AND source.event_time = target.event_time
        AND source.kafka_offset > target.kafka_offset
    )
) THEN UPDATE SET
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
