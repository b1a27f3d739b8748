-- How many event ids stand more than once among raw events.
SELECT '{events}.event_id' AS key_name, 'raw_duplicates' AS figure, COUNT(*) AS duplicated
FROM (SELECT event_id FROM {schema}.{events} GROUP BY event_id HAVING COUNT(*) > 1) AS found
