SELECT CASE WHEN json_valid(payload) THEN COALESCE(
    json_extract_string(payload, '$.{key_path}'),
    json_extract_string(payload, '$.{deleted_key_path}')
) END
FROM {schema}.{events}
WHERE seq = ?
