-- Dead letters by reason and time: the number of a slice of time, from 0, and how many came in it.
-- Bound: 1 for those that were dismissed, 0 for those that wait; reason, topic, partition, begin, end
-- and a text, each NULL for any; of bytes that are no text the plain letters count; then where the first slice begins, and the seconds of each.
WITH wanted AS (
    SELECT
        CAST(? AS INTEGER) AS dismissed,
        CAST(? AS VARCHAR) AS reason,
        CAST(? AS VARCHAR) AS topic,
        CAST(? AS INTEGER) AS part,
        CAST(? AS TIMESTAMP_NTZ(6)) AS since,
        CAST(? AS TIMESTAMP_NTZ(6)) AS until,
        CAST(? AS VARCHAR) AS words,
        CAST(? AS TIMESTAMP_NTZ(6)) AS begins,
        CAST(? AS INTEGER) AS seconds
)
SELECT
    letter.reason,
    CAST(FLOOR((DATE_PART(EPOCH_SECOND, letter.received_at) - DATE_PART(EPOCH_SECOND, wanted.begins)) / wanted.seconds) AS INTEGER)
        AS slice,
    COUNT(*) AS letters
FROM {schema}.dead_letters AS letter
CROSS JOIN wanted
WHERE letter.replayed_at IS NULL
    AND CASE WHEN letter.dismissed_at IS NULL THEN 0 ELSE 1 END = wanted.dismissed
    AND (wanted.reason IS NULL OR letter.reason = wanted.reason)
    AND (wanted.topic IS NULL OR letter.topic = wanted.topic)
    AND (wanted.part IS NULL OR letter.kafka_partition = wanted.part)
    AND (wanted.since IS NULL OR letter.received_at >= wanted.since)
    AND (wanted.until IS NULL OR letter.received_at < wanted.until)
    AND (
        wanted.words IS NULL
        OR CONTAINS(
            LOWER(CONCAT(
                letter.event_id, ' ', letter.detail, ' ',
                COALESCE(
                    TRY_HEX_DECODE_STRING(HEX_ENCODE(letter.message_key)),
                    TRY_HEX_DECODE_STRING(REGEXP_REPLACE(
                        HEX_ENCODE(letter.message_key), '([0-7][0-9A-F])|[89A-F][0-9A-F]', '\\1'
                    )),
                    ''
                ), ' ',
                COALESCE(
                    TRY_HEX_DECODE_STRING(HEX_ENCODE(letter.payload)),
                    TRY_HEX_DECODE_STRING(REGEXP_REPLACE(
                        HEX_ENCODE(letter.payload), '([0-7][0-9A-F])|[89A-F][0-9A-F]', '\\1'
                    )),
                    ''
                )
            )),
            LOWER(wanted.words)
        )
    )
GROUP BY letter.reason, slice
ORDER BY letter.reason, slice
