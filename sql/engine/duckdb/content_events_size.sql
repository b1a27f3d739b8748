SELECT count(*), COALESCE(sum(strlen(CAST(payload AS VARCHAR))), 0)
FROM {schema}.{events}
WHERE seq > ? AND seq <= ?
