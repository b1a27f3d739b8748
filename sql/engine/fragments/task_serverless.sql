-- A task that follows a stream without a warehouse needs an interval in which to be done. The largest
-- size bounds what a run can cost.
ALTER TASK IF EXISTS {schema}.{task} SUSPEND;
ALTER TASK IF EXISTS {schema}.{task} UNSET WAREHOUSE;
ALTER TASK IF EXISTS {schema}.{task} SET
    TARGET_COMPLETION_INTERVAL = '10 MINUTES';
ALTER TASK IF EXISTS {schema}.{task} SET
    SERVERLESS_TASK_MAX_STATEMENT_SIZE = 'MEDIUM';
ALTER TASK IF EXISTS {schema}.{task} RESUME;
