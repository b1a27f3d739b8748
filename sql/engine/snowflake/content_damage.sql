-- Content against the MD5 that the client took of it: how many rows of a range of seq were read, lack a
-- checksum and are damaged, with up to a hundred of the damaged ones. content: `content_events` or
-- `content_letters`, in parentheses.
WITH compared AS (
    SELECT
        seq, event_id, source_id, kafka_partition, kafka_offset, checksum, stage, found,
        event_id = CONCAT(
            source_id, '-', kafka_partition::VARCHAR, '-', kafka_offset::VARCHAR
        ) AS placed,
        checksum IS NULL OR COALESCE(checksum = found, FALSE) AS right_content
    FROM {content} AS rows_read
    WHERE seq > ? AND seq <= ?
),
totals AS (
    SELECT
        COUNT(event_id) AS rows_read,
        COUNT_IF(checksum IS NULL AND placed) AS without_checksum,
        COUNT_IF(NOT placed OR NOT right_content) AS damaged
    FROM compared
),
bad AS (
    SELECT
        seq, event_id, source_id, kafka_partition, kafka_offset, checksum, stage, found, placed,
        right_content
    FROM compared
    WHERE NOT placed OR NOT right_content
    QUALIFY ROW_NUMBER() OVER (ORDER BY seq) <= 100
)
SELECT
    totals.rows_read, totals.without_checksum, totals.damaged,
    bad.seq, bad.event_id, bad.source_id, bad.kafka_partition, bad.kafka_offset, bad.stage,
    bad.checksum, bad.found, bad.placed, bad.right_content
FROM totals
LEFT JOIN bad ON totals.damaged > 0
ORDER BY bad.seq
