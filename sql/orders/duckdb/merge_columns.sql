-- The same as `merge_cast`, from typed columns in memory instead of payloads.
CREATE OR REPLACE TEMP TABLE merge_cast AS
SELECT
    seq,
    concat(source_id, '-', kafka_partition, '-', kafka_offset) AS event_id,
    created_at,
    source_id,
    kafka_partition,
    kafka_offset,
    id,
    product_id,
    customer_id,
    CAST(quantity AS INTEGER) AS quantity,
    unit_price,
    sold_at,
    event_time,
    TRUE AS usable,
    '' AS unusable
FROM staged
