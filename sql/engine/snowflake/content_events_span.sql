SELECT COUNT(seq), COALESCE(MIN(seq), 0), COALESCE(MAX(seq), 0), COUNT(seq) - COUNT(checksum)
FROM {schema}.{events}
