-- Bound: source, partition, cluster, topic, generation, start, next, skipped, time.
INSERT INTO {schema}.consumer_offsets (
    source_id, kafka_partition, cluster_id, topic, topic_generation, start_offset, next_offset,
    skipped, updated_at
)
SELECT
    CAST(? AS VARCHAR),
    CAST(? AS NUMBER(10, 0)),
    CAST(? AS VARCHAR),
    CAST(? AS VARCHAR),
    CAST(? AS VARCHAR),
    CAST(? AS NUMBER(19, 0)),
    CAST(? AS NUMBER(19, 0)),
    CAST(? AS NUMBER(19, 0)),
    CAST(? AS TIMESTAMP_NTZ(6))
