-- The fence: a row moves only from the offset that the batch started at. The moves are lists, which cost
-- less to hand over than a table, however many partitions there are.
UPDATE {schema}.consumer_offsets AS stored
SET
    next_offset = staged.next_offset,
    skipped = stored.skipped + staged.skipped,
    updated_at = $received_at
FROM (
    SELECT
        unnest(CAST($partitions AS INTEGER[])) AS kafka_partition,
        unnest(CAST($expected AS BIGINT[])) AS expected,
        unnest(CAST($next_offsets AS BIGINT[])) AS next_offset,
        unnest(CAST($skipped AS BIGINT[])) AS skipped
) AS staged
WHERE stored.source_id = $source_id
    AND stored.kafka_partition = staged.kafka_partition
    AND stored.next_offset = staged.expected
