SELECT
    count(*),
    COALESCE(sum(
        COALESCE(octet_length(payload), 0) + COALESCE(octet_length(message_key), 0)
        + strlen(headers)
    ), 0)
FROM {schema}.dead_letters
WHERE rowid > ? AND rowid <= ?
