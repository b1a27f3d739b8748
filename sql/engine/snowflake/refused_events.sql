-- Which events Snowflake cannot read as JSON, of one bound JSON array of [partition, offset, text].
SELECT item.value[0]::NUMBER(10, 0), item.value[1]::NUMBER(19, 0)
FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
WHERE TRY_PARSE_JSON(item.value[2]::VARCHAR) IS NULL
