-- Records of the engine that no run of the task has taken on yet: how many, and when the first of them
-- was published (UTC); NULL where the engine did not write that down.
SELECT
    COUNT(*),
    TO_TIMESTAMP_NTZ(MIN(record_metadata:CreateTime::NUMBER(19, 0)), 3)
FROM {schema}.orders_events_sink_stream
