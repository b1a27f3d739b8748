-- Offset gaps, as one bound JSON array of {p, f: from, t: to, r: reason}.
INSERT INTO {schema}.offset_gaps (
    source_id, topic, kafka_partition, from_offset, to_offset, reason, noticed_at
)
SELECT
    CAST(? AS VARCHAR),
    CAST(? AS VARCHAR),
    item.value:p::NUMBER(10, 0),
    item.value:f::NUMBER(19, 0),
    item.value:t::NUMBER(19, 0),
    item.value:r::VARCHAR,
    CAST(? AS TIMESTAMP_NTZ(6))
FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
