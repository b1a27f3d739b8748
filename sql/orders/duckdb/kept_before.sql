-- Before orders are written: what the kept figures have of the orders that this run replaces. $first,
-- $last as in `merge_rows`, and what is newer as there.
CREATE OR REPLACE TEMP TABLE kept_before AS
SELECT
    target.id,
    target.product_id,
    target.quantity,
    target.unit_price,
    target.sold_at,
    (
        source.sold_at, source.event_time, source.kafka_offset,
        source.product_id, source.customer_id, source.quantity, source.unit_price
    ) > (
        target.sold_at, target.event_time, target.kafka_offset,
        target.product_id, target.customer_id, target.quantity, target.unit_price
    ) AS replaced
FROM {schema}.orders AS target
INNER JOIN merge_cast AS source ON source.id = target.id
WHERE source.usable AND target.id BETWEEN $first AND $last
