-- Dead letters that are too large for a statement, from the file that was put on the stage.
COPY INTO {schema}.dead_letters (
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
    message_key, payload, headers, received_at, checksum
)
FROM (
    SELECT
        CONCAT($1:s::VARCHAR, '-', $1:p::VARCHAR, '-', $1:o::VARCHAR),
        'decode',
        $1:r::VARCHAR,
        $1:d::VARCHAR,
        $1:c::VARCHAR,
        $1:s::VARCHAR,
        $1:p::NUMBER(10, 0),
        $1:o::NUMBER(19, 0),
        TO_BINARY($1:k::VARCHAR, 'BASE64'),
        TO_BINARY($1:v::VARCHAR, 'BASE64'),
        $1:h::VARCHAR,
        $1:t::TIMESTAMP_NTZ(6),
        $1:cs::VARCHAR
    FROM @{schema}.batches/{file}
)
FILE_FORMAT = (TYPE = JSON)
ON_ERROR = ABORT_STATEMENT
PURGE = TRUE
