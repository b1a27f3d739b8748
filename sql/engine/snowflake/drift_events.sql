-- The newest raw events but tombstones as JSON text. Bound: how many, and the most characters of one.
WITH newest AS (
    SELECT payload, created_at
    FROM {schema}.{events}
    WHERE event_type <> '(tombstone)'
    QUALIFY ROW_NUMBER() OVER (ORDER BY seq DESC) <= CAST(? AS INTEGER)
)
SELECT TO_JSON(payload), created_at
FROM newest
WHERE LENGTH(TO_JSON(payload)) <= CAST(? AS INTEGER)
