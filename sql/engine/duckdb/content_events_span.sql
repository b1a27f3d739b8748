SELECT count(*), COALESCE(min(seq), 0), COALESCE(max(seq), 0), count(*) - count(checksum)
FROM {schema}.{events}
