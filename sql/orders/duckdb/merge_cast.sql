-- Raw events as orders; what does not cast becomes NULL. The payload is parsed once for all fields.
-- unusable: which fields do not cast; such a row is put aside as a dead letter.
CREATE OR REPLACE TEMP TABLE merge_cast AS
SELECT
    seq,
    event_id,
    created_at,
    source_id,
    kafka_partition,
    kafka_offset,
    NULLIF(field[1], '') AS id,
    NULLIF(field[2], '') AS product_id,
    NULLIF(field[3], '') AS customer_id,
    TRY_CAST(field[4] AS INTEGER) AS quantity,
    TRY_CAST(field[5] AS DECIMAL(10, 2)) AS unit_price,
    CAST(TRY_CAST(field[6] AS TIMESTAMPTZ) AS TIMESTAMP) AS sold_at,
    CAST(TRY_CAST(field[7] AS TIMESTAMPTZ) AS TIMESTAMP) AS event_time,
    COALESCE(
        id IS NOT NULL AND product_id IS NOT NULL AND customer_id IS NOT NULL
        AND quantity IS NOT NULL AND unit_price IS NOT NULL
        AND sold_at IS NOT NULL AND event_time IS NOT NULL,
        FALSE
    ) AS usable,
    CASE
        WHEN usable THEN ''
        ELSE concat_ws(
            ', ',
            CASE WHEN id IS NULL THEN 'id' END,
            CASE WHEN product_id IS NULL THEN 'product_id' END,
            CASE WHEN customer_id IS NULL THEN 'customer_id' END,
            CASE WHEN quantity IS NULL THEN 'quantity' END,
            CASE WHEN unit_price IS NULL THEN 'unit_price' END,
            CASE WHEN sold_at IS NULL THEN 'sold_at' END,
            CASE WHEN event_time IS NULL THEN 'timestamp' END
        )
    END AS unusable
FROM (
    SELECT
        seq, event_id, created_at, source_id, kafka_partition, kafka_offset,
        json_extract_string(
            payload,
            [
                '$.order.id', '$.order.product_id', '$.order.customer_id', '$.order.quantity',
                '$.order.unit_price', '$.order.sold_at', '$.timestamp'
            ]
        ) AS field
    FROM {schema}.orders_events
    WHERE seq > ? AND seq <= ?
)
