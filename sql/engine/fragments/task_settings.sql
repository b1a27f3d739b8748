-- What every task that follows a stream is set to, also one that an earlier version made. A task has
-- to stand still while it is changed. A run may take an hour, for a backlog is taken whole; five
-- failures in a row suspend the task, and the console shows that. A run at most every so many seconds:
-- each rewrites the parts of a table that it touches, and what it replaced is kept, and paid for, as
-- long as Time Travel and Fail-safe say.
ALTER TASK {schema}.{task} SUSPEND;
ALTER TASK {schema}.{task} SET
    WAREHOUSE = {warehouse};
ALTER TASK {schema}.{task} SET
    USER_TASK_TIMEOUT_MS = 3600000;
ALTER TASK {schema}.{task} SET
    SUSPEND_TASK_AFTER_NUM_FAILURES = 5;
ALTER TASK {schema}.{task} SET
    USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS = {task_interval_s};
