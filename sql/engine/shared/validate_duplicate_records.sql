-- How many records of the topic are stored more than once as raw events.
SELECT '{events}.coordinates' AS key_name, 'coordinate_duplicates' AS figure, COUNT(*) AS duplicated
FROM (
    SELECT source_id, kafka_partition, kafka_offset
    FROM {schema}.{events}
    GROUP BY source_id, kafka_partition, kafka_offset
    HAVING COUNT(*) > 1
) AS found
