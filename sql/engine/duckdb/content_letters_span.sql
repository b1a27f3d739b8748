SELECT count(*), COALESCE(min(rowid), 0), COALESCE(max(rowid), 0), count(*) - count(checksum)
FROM {schema}.dead_letters
