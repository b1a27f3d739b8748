ALTER TASK IF EXISTS {schema}.{task} SUSPEND;
ALTER TASK IF EXISTS {schema}.{task} SET ERROR_INTEGRATION = {error_integration};
ALTER TASK IF EXISTS {schema}.{task} RESUME;
