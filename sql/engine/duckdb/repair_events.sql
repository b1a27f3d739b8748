-- The merged events of some keys; another damaged event may be no JSON.
SELECT seq
FROM {schema}.{events}
WHERE seq <= ? AND CASE
    WHEN json_valid(payload) THEN list_contains(?, COALESCE(
        json_extract_string(payload, '$.{key_path}'),
        json_extract_string(payload, '$.{deleted_key_path}')
    ))
    ELSE FALSE
END
ORDER BY seq
