-- The last run of the task that was due after a moment (UTC): its state and what went wrong.
SELECT state, error_message
FROM TABLE({database}.INFORMATION_SCHEMA.TASK_HISTORY(
    TASK_NAME => 'merge_{rows}_task', RESULT_LIMIT => 20
))
WHERE CONVERT_TIMEZONE('UTC', scheduled_time)::TIMESTAMP_NTZ(6) >= CAST(? AS TIMESTAMP_NTZ(6))
    AND database_name = {database_text} AND schema_name = {schema_text}
ORDER BY scheduled_time DESC
LIMIT 1
