-- Products as one bound JSON array of arrays of texts, in the order of the columns.
MERGE INTO {schema}.inventory AS target
USING (
    SELECT id, product_name, category, price, stock_quantity
    FROM (
        SELECT
            item.value[0]::VARCHAR AS id,
            item.value[1]::VARCHAR AS product_name,
            item.value[2]::VARCHAR AS category,
            TO_DECIMAL(item.value[3]::VARCHAR, 10, 2) AS price,
            TO_DECIMAL(item.value[4]::VARCHAR, 10, 0) AS stock_quantity,
            item.index AS place
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
    ) AS given
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY place DESC) = 1
) AS source
ON target.id = source.id
WHEN MATCHED THEN UPDATE SET
    product_name = source.product_name,
    category = source.category,
    price = source.price,
    stock_quantity = source.stock_quantity
WHEN NOT MATCHED THEN INSERT (id, product_name, category, price, stock_quantity)
VALUES (source.id, source.product_name, source.category, source.price, source.stock_quantity)
