SELECT CASE WHEN json_valid(payload) THEN json_extract_string(payload, '$.{key_path}') END
FROM {schema}.{events}
WHERE seq = ?
