-- Before orders are written: what the kept figures have of the orders that this run names.
INSERT INTO {schema}.kept_before_batch (product_id, quantity, unit_price, sold_at)
SELECT known.product_id, known.quantity, known.unit_price, known.sold_at
FROM {schema}.orders AS known
INNER JOIN (
    SELECT DISTINCT id FROM {schema}.merge_batch WHERE usable
) AS named ON named.id = known.id
