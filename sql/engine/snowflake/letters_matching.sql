-- Dead letters that match: those dismissed or those that wait, and of them what is looked for.
-- Bound: 1 for those that were dismissed, 0 for those that wait; reason, topic, partition, begin, end
-- and a text, each NULL for any; of bytes that are no text the plain letters count.
WITH wanted AS (
    SELECT
        CAST(? AS INTEGER) AS dismissed,
        CAST(? AS VARCHAR) AS reason,
        CAST(? AS VARCHAR) AS topic,
        CAST(? AS INTEGER) AS part,
        CAST(? AS TIMESTAMP_NTZ(6)) AS since,
        CAST(? AS TIMESTAMP_NTZ(6)) AS until,
        CAST(? AS VARCHAR) AS words
)
SELECT
    letter.event_id, letter.stage, letter.reason, letter.detail, letter.topic,
    letter.kafka_partition, letter.kafka_offset, letter.message_key, letter.payload,
    letter.headers, letter.received_at, letter.replays,
    letter.dismissed_at, letter.dismissed_by, letter.dismissed_why
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
