SELECT CASE WHEN json_valid(payload) THEN json_extract_string(payload, '$.order.id') END
FROM {schema}.orders_events
WHERE seq = ?
