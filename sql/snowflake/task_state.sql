-- Of the answer to the statement before this one, in the same session: whether the task runs.
SELECT "state", "last_suspended_reason", "warehouse"
FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
