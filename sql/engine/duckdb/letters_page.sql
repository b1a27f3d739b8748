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
        letter.*,
        page.*,
        CASE page.sort
            WHEN 'partition' THEN letter.kafka_partition
            WHEN 'offset' THEN letter.kafka_offset
            WHEN 'size' THEN COALESCE(octet_length(letter.payload), 0)
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
)
SELECT
    letter.event_id, letter.stage, letter.reason, letter.detail, letter.topic,
    letter.kafka_partition, letter.kafka_offset,
    letter.message_key[1:letter.key_bytes], letter.payload[1:letter.payload_bytes],
    letter.headers, letter.received_at, letter.replays,
    COALESCE(octet_length(letter.payload), 0),
    letter.dismissed_at, letter.dismissed_by, letter.dismissed_why
FROM keyed AS letter
ORDER BY
    CASE WHEN letter.backwards = 0 THEN letter.figure END ASC NULLS LAST,
    CASE WHEN letter.backwards = 1 THEN letter.figure END DESC NULLS LAST,
    CASE WHEN letter.backwards = 0 THEN letter.word END ASC NULLS LAST,
    CASE WHEN letter.backwards = 1 THEN letter.word END DESC NULLS LAST,
    CASE WHEN letter.backwards = 0 THEN letter.moment END ASC NULLS LAST,
    letter.received_at DESC,
    letter.event_id
LIMIT (SELECT page.letters FROM page) OFFSET (SELECT page.passed FROM page)
