-- A page of dead letters for people, the newest first; keys and payloads are cut, the payload's true
-- size comes thirteenth.
-- Bound: what `letters_matching` is given; then the bytes of a key and of a payload, how many letters,
-- and how many before them.
WITH matching AS (
-- include letters_matching
),

page AS (
    SELECT
        CAST(? AS INTEGER) AS key_bytes,
        CAST(? AS INTEGER) AS payload_bytes,
        CAST(? AS INTEGER) AS letters,
        CAST(? AS INTEGER) AS passed
)
SELECT
    letter.event_id, letter.stage, letter.reason, letter.detail, letter.topic,
    letter.kafka_partition, letter.kafka_offset,
    SUBSTR(letter.message_key, 1, page.key_bytes), SUBSTR(letter.payload, 1, page.payload_bytes),
    letter.headers, letter.received_at, letter.replays,
    COALESCE(OCTET_LENGTH(letter.payload), 0),
    letter.dismissed_at, letter.dismissed_by, letter.dismissed_why
FROM matching AS letter
CROSS JOIN page
QUALIFY ROW_NUMBER() OVER (ORDER BY letter.received_at DESC, letter.event_id)
    BETWEEN page.passed + 1 AND page.passed + page.letters
ORDER BY letter.received_at DESC, letter.event_id
