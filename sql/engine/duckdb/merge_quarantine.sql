INSERT INTO {schema}.dead_letters (
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    payload, received_at, checksum
)
SELECT
    cast_events.event_id, 'merge', 'cast',
    cast_events.unusable,
    COALESCE(
        (SELECT min(o.topic) FROM {schema}.consumer_offsets AS o
         WHERE o.source_id = cast_events.source_id),
        ''
    ),
    cast_events.source_id, cast_events.kafka_partition, cast_events.kafka_offset,
    encode(CAST(raw.payload AS VARCHAR)), ?, raw.checksum
FROM merge_cast AS cast_events
INNER JOIN {schema}.{events} AS raw ON raw.seq = cast_events.seq
WHERE raw.seq > ? AND raw.seq <= ? AND NOT cast_events.usable
    AND NOT EXISTS (
        SELECT 1 FROM {schema}.dead_letters AS known
        WHERE known.stage = 'merge' AND known.event_id = cast_events.event_id
    )
