-- Bytes of dead letters and the MD5 of them, by their numbers in a list; in hexadecimal, because MD5
-- takes text. Those of the merge are copies of raw events, printed again.
SELECT
    ROW_NUMBER() OVER (ORDER BY event_id, received_at) AS seq,
    event_id, source_id, kafka_partition, kafka_offset, checksum, stage,
    MD5(CONCAT(
        COALESCE(HEX_ENCODE(message_key), '-'), '|',
        COALESCE(HEX_ENCODE(payload), '-'), '|',
        headers
    )) AS found
FROM {schema}.dead_letters
WHERE stage <> 'merge'
