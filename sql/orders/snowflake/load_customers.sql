-- Customers as one bound JSON array of arrays of texts, in the order of the columns.
MERGE INTO {schema}.customers AS target
USING (
    SELECT id, name, email, city, country
    FROM (
        SELECT
            item.value[0]::VARCHAR AS id,
            item.value[1]::VARCHAR AS name,
            item.value[2]::VARCHAR AS email,
            item.value[3]::VARCHAR AS city,
            item.value[4]::VARCHAR AS country,
            item.index AS place
        FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
    ) AS given
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY place DESC) = 1
) AS source
ON target.id = source.id
WHEN MATCHED THEN UPDATE SET
    name = source.name,
    email = source.email,
    city = source.city,
    country = source.country
WHEN NOT MATCHED THEN INSERT (id, name, email, city, country)
VALUES (source.id, source.name, source.email, source.city, source.country)
