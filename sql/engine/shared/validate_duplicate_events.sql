-- How many event ids stand more than once among raw events. Hashes first: they take half the time and
-- memory, and only ids whose hash appears twice are looked at themselves.
SELECT '{events}.event_id' AS key_name, 'raw_duplicates' AS figure, COUNT(*) AS duplicated
FROM (
    SELECT event_id
    FROM {schema}.{events}
    WHERE HASH(event_id) IN (
        SELECT HASH(event_id) FROM {schema}.{events} GROUP BY HASH(event_id) HAVING COUNT(*) > 1
    )
    GROUP BY event_id
    HAVING COUNT(*) > 1
) AS found
