-- The newest version of each order of the batch, where it is newer than the stored one. Versions of
-- one moment and offset (two topics, or two partitions) are told apart by what they say, so that the
-- outcome does not hang on which came first.
MERGE INTO {schema}.orders AS target
USING (
    SELECT
        id, product_id, customer_id, quantity, unit_price, sold_at, created_at, event_time,
        kafka_offset
    FROM {schema}.merge_batch
    WHERE usable
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY id ORDER BY sold_at DESC, event_time DESC, kafka_offset DESC,
            product_id DESC, customer_id DESC, quantity DESC, unit_price DESC, event_id DESC
    ) = 1
) AS source
ON target.id = source.id
WHEN MATCHED AND (
    source.sold_at > target.sold_at
    OR (source.sold_at = target.sold_at AND (
        source.event_time > target.event_time
        OR (source.event_time = target.event_time AND (
            source.kafka_offset > target.kafka_offset
            OR (source.kafka_offset = target.kafka_offset AND (
                source.product_id > target.product_id
                OR (source.product_id = target.product_id AND (
                    source.customer_id > target.customer_id
                    OR (source.customer_id = target.customer_id AND (
                        source.quantity > target.quantity
                        OR (source.quantity = target.quantity AND (
                            source.unit_price > target.unit_price
                        ))
                    ))
                ))
            ))
        ))
    ))
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
