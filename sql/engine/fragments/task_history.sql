-- The latest runs of a task, newest first: when they were due (UTC), seconds until they started
-- and until they ended, and why they failed.
SELECT
    state,
    CONVERT_TIMEZONE('UTC', scheduled_time)::TIMESTAMP_NTZ(6),
    TIMESTAMPDIFF(MILLISECOND, scheduled_time, query_start_time) / 1000,
    TIMESTAMPDIFF(MILLISECOND, query_start_time, completed_time) / 1000,
    error_message
FROM TABLE({database}.INFORMATION_SCHEMA.TASK_HISTORY(
    TASK_NAME => '{task}', RESULT_LIMIT => 100
))
WHERE query_id IS NOT NULL
    AND database_name = {database_text} AND schema_name = {schema_text}
ORDER BY scheduled_time DESC
LIMIT 20
