-- How many records of the topic are stored more than once as raw events; hashes first, as of event ids.
SELECT '{events}.coordinates' AS key_name, 'coordinate_duplicates' AS figure, COUNT(*) AS duplicated
FROM (
    SELECT source_id, kafka_partition, kafka_offset
    FROM {schema}.{events}
    WHERE HASH(source_id, kafka_partition, kafka_offset) IN (
        SELECT HASH(source_id, kafka_partition, kafka_offset)
        FROM {schema}.{events}
        GROUP BY HASH(source_id, kafka_partition, kafka_offset)
        HAVING COUNT(*) > 1
    )
    GROUP BY source_id, kafka_partition, kafka_offset
    HAVING COUNT(*) > 1
) AS found
