-- A page of dead letters for people, the newest first; keys and payloads are cut, the payload's true
-- size comes thirteenth.
-- Bound: what `letters_matching` is given; then the bytes of a key and of a payload, how many letters,
-- how many before them; a column that they are sorted by before their time (NULL: none), and 1 for the
-- other way round.
WITH matching AS (
-- include letters_matching
),

page AS (
    SELECT
        CAST(? AS INTEGER) AS key_bytes,
        CAST(? AS INTEGER) AS payload_bytes,
        CAST(? AS INTEGER) AS letters,
        CAST(? AS INTEGER) AS passed,
        CAST(? AS VARCHAR) AS sort,
        CAST(? AS INTEGER) AS backwards
),

keyed AS (
    SELECT
        letter.event_id, letter.stage, letter.reason, letter.detail, letter.topic,
        letter.kafka_partition, letter.kafka_offset, letter.message_key, letter.payload,
        letter.headers, letter.received_at, letter.replays,
        letter.dismissed_at, letter.dismissed_by, letter.dismissed_why,
        page.key_bytes, page.payload_bytes, page.letters, page.passed, page.backwards,
        CASE page.sort
            WHEN 'partition' THEN letter.kafka_partition
            WHEN 'offset' THEN letter.kafka_offset
            WHEN 'size' THEN COALESCE(OCTET_LENGTH(letter.payload), 0)
        END AS figure,
        CASE page.sort
            WHEN 'reason' THEN LOWER(letter.reason)
            WHEN 'topic' THEN LOWER(letter.topic)
            WHEN 'detail' THEN LOWER(letter.detail)
            WHEN 'why' THEN LOWER(letter.dismissed_why)
        END AS word,
        CASE page.sort WHEN 'received' THEN letter.received_at END AS moment
    FROM matching AS letter
    CROSS JOIN page
),

ranked AS (
    SELECT
        keyed.event_id, keyed.stage, keyed.reason, keyed.detail, keyed.topic,
        keyed.kafka_partition, keyed.kafka_offset, keyed.message_key, keyed.payload,
        keyed.headers, keyed.received_at, keyed.replays,
        keyed.dismissed_at, keyed.dismissed_by, keyed.dismissed_why,
        keyed.key_bytes, keyed.payload_bytes, keyed.letters, keyed.passed,
        ROW_NUMBER() OVER (
            ORDER BY
                CASE WHEN keyed.backwards = 0 THEN keyed.figure END ASC NULLS LAST,
                CASE WHEN keyed.backwards = 1 THEN keyed.figure END DESC NULLS LAST,
                CASE WHEN keyed.backwards = 0 THEN keyed.word END ASC NULLS LAST,
                CASE WHEN keyed.backwards = 1 THEN keyed.word END DESC NULLS LAST,
                CASE WHEN keyed.backwards = 0 THEN keyed.moment END ASC NULLS LAST,
                keyed.received_at DESC,
                keyed.event_id
        ) AS place
    FROM keyed
)
SELECT
    letter.event_id, letter.stage, letter.reason, letter.detail, letter.topic,
    letter.kafka_partition, letter.kafka_offset,
    SUBSTR(letter.message_key, 1, letter.key_bytes), SUBSTR(letter.payload, 1, letter.payload_bytes),
    letter.headers, letter.received_at, letter.replays,
    COALESCE(OCTET_LENGTH(letter.payload), 0),
    letter.dismissed_at, letter.dismissed_by, letter.dismissed_why
FROM ranked AS letter
WHERE letter.place BETWEEN letter.passed + 1 AND letter.passed + letter.letters
ORDER BY letter.place
