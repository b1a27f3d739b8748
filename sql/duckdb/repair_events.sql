-- The merged events of some orders; another damaged event may be no JSON.
SELECT seq
FROM {schema}.orders_events
WHERE seq <= ? AND CASE
    WHEN json_valid(payload) THEN list_contains(?, json_extract_string(payload, '$.order.id'))
    ELSE FALSE
END
ORDER BY seq
