-- The fence: a row moves only from the offset that the batch started at.
UPDATE {schema}.consumer_offsets AS stored
SET
    next_offset = staged.next_offset,
    skipped = stored.skipped + staged.skipped,
    updated_at = ?
FROM staged
WHERE stored.source_id = ?
    AND stored.kafka_partition = staged.kafka_partition
    AND stored.next_offset = staged.expected
