-- Good events of a large batch, from the file that was put on the stage: one JSON object a line.
COPY INTO {schema}.{events} (
    event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset,
    checksum
)
FROM (
    SELECT
        CONCAT($1:s::VARCHAR, '-', $1:p::VARCHAR, '-', $1:o::VARCHAR),
        $1:y::VARCHAR,
        $1:e,
        $1:t::TIMESTAMP_NTZ(6),
        $1:s::VARCHAR,
        $1:p::NUMBER(10, 0),
        $1:o::NUMBER(19, 0),
        $1:c::VARCHAR
    FROM @{schema}.batches/{file}
)
FILE_FORMAT = (TYPE = JSON)
ON_ERROR = ABORT_STATEMENT
PURGE = TRUE
