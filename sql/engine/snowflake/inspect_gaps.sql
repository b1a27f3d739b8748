SELECT topic, kafka_partition, from_offset, to_offset, reason, noticed_at
FROM {schema}.offset_gaps
QUALIFY ROW_NUMBER() OVER (ORDER BY noticed_at DESC) <= CAST(? AS INTEGER)
ORDER BY noticed_at DESC
