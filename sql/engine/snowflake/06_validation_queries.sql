-- What: questions a person asks in a worksheet; `dropship --run validate` asks more, and judges.
-- Role: {reader_role}, or any role that may read the tables.
-- Repeat: as often as you like; nothing is changed. `setup` does not run this file.
USE ROLE {reader_role};
USE WAREHOUSE {warehouse};

-- How much stands where. merged: raw events that some merge has taken.
SELECT
    (SELECT COUNT(event_id) FROM {schema}.{events}) AS raw_events,
    (SELECT COUNT(event_id) FROM {schema}.{events}_stream) AS not_merged_yet,
    (SELECT COUNT({key}) FROM {schema}.{rows}) AS row_count,
    (SELECT COUNT(event_id) FROM {schema}.dead_letters) AS dead_letters;

-- Records stored twice. No row is the right answer.
SELECT source_id, kafka_partition, kafka_offset, COUNT(event_id) AS copies
FROM {schema}.{events}
GROUP BY source_id, kafka_partition, kafka_offset
HAVING COUNT(event_id) > 1
LIMIT 10;

-- Offsets that were read against records that are stored. missing = 0 is the right answer.
WITH records AS (
    SELECT source_id, kafka_partition, kafka_offset FROM {schema}.{events}
    UNION ALL
    SELECT source_id, kafka_partition, kafka_offset FROM {schema}.dead_letters
    WHERE stage = 'decode'
),
stored AS (
    SELECT source_id, kafka_partition, COUNT(kafka_offset) AS records
    FROM records
    GROUP BY source_id, kafka_partition
),
lost AS (
    SELECT source_id, kafka_partition, SUM(to_offset - from_offset) AS gaps
    FROM {schema}.offset_gaps
    GROUP BY source_id, kafka_partition
)
SELECT
    read.topic,
    read.kafka_partition,
    read.next_offset - read.start_offset AS offsets_read,
    COALESCE(stored.records, 0) AS records,
    read.skipped,
    COALESCE(lost.gaps, 0) AS gaps,
    read.next_offset - read.start_offset
        - COALESCE(stored.records, 0) - read.skipped - COALESCE(lost.gaps, 0) AS missing
FROM {schema}.consumer_offsets AS read
LEFT JOIN stored
    ON stored.source_id = read.source_id AND stored.kafka_partition = read.kafka_partition
LEFT JOIN lost
    ON lost.source_id = read.source_id AND lost.kafka_partition = read.kafka_partition
ORDER BY read.topic, read.kafka_partition;

-- Why records could not be used.
SELECT stage, reason, COUNT(event_id) AS records, MAX(received_at) AS newest
FROM {schema}.dead_letters
GROUP BY stage, reason
ORDER BY records DESC;

-- The last merges.
SELECT started_at, inserted, updated, deleted, stale, quarantined, duration_s, delay_s
FROM {schema}.transform_runs
ORDER BY started_at DESC
LIMIT 20;

-- What the task did: failures with their reason, and how late it started.
SELECT
    state,
    CONVERT_TIMEZONE('UTC', scheduled_time)::TIMESTAMP_NTZ AS scheduled_at,
    TIMESTAMPDIFF(SECOND, scheduled_time, query_start_time) AS late_s,
    TIMESTAMPDIFF(SECOND, query_start_time, completed_time) AS took_s,
    error_code,
    error_message
FROM TABLE({database}.INFORMATION_SCHEMA.TASK_HISTORY(
    TASK_NAME => 'merge_{rows}_task', RESULT_LIMIT => 50
))
ORDER BY scheduled_time DESC;

-- Whether the stream still reaches back: stale must be false.
SHOW STREAMS LIKE '{events}_stream' IN SCHEMA {schema};
SHOW TASKS LIKE 'merge_{rows}_task' IN SCHEMA {schema};
