-- The fence: a row moves only from the offset that the batch started at. It comes last in its
-- transaction, because from here to the commit no other consumer can move an offset.
-- Bound: time, moves as a JSON array of {p, x: expected, n: next, s: skipped}, source.
UPDATE {schema}.consumer_offsets
SET
    next_offset = moves.reached,
    skipped = skipped + moves.passed,
    updated_at = CAST(? AS TIMESTAMP_NTZ(6))
FROM (
    SELECT
        item.value:p::NUMBER(10, 0) AS part,
        item.value:x::NUMBER(19, 0) AS expected,
        item.value:n::NUMBER(19, 0) AS reached,
        item.value:s::NUMBER(19, 0) AS passed
    FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS item
) AS moves
WHERE source_id = CAST(? AS VARCHAR)
    AND kafka_partition = moves.part
    AND next_offset = moves.expected
