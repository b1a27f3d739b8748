-- What: a mail when a run of a task of this schema has failed since the last look, one look each quarter
--   of an hour. Part of `setup` where SNOW_ALERT_EMAIL names addresses: of users of this account, who
--   have verified them. Runs on Snowflake's own compute, a few seconds a look.
-- Role: ACCOUNTADMIN for integration and grants; then {owner_role}, which owns the alert.
-- Repeat: safe; the alert is replaced by this text.
USE ROLE ACCOUNTADMIN;
CREATE NOTIFICATION INTEGRATION IF NOT EXISTS "ORDER_PIPELINE_MAIL"
    TYPE = EMAIL
    ENABLED = TRUE
    COMMENT = 'order pipeline: failed tasks';
GRANT USAGE ON INTEGRATION "ORDER_PIPELINE_MAIL" TO ROLE {owner_role};
GRANT EXECUTE ALERT ON ACCOUNT TO ROLE {owner_role};
GRANT EXECUTE MANAGED ALERT ON ACCOUNT TO ROLE {owner_role};
GRANT CREATE ALERT ON SCHEMA {schema} TO ROLE {owner_role};
GRANT DATABASE ROLE SNOWFLAKE.ALERT_VIEWER TO ROLE {owner_role};

USE ROLE {owner_role};

-- The first look has no one before it; the history is asked for one day at most, for it goes back
-- seven days and refuses more. The mail holds no error text: that may hold what stood in an event.
CREATE OR REPLACE ALERT {schema}.failed_tasks_alert
    SCHEDULE = '15 MINUTE'
    COMMENT = 'a mail when a task of the order pipeline has failed'
    IF (EXISTS (
        SELECT name
        FROM TABLE({database}.INFORMATION_SCHEMA.TASK_HISTORY(
            SCHEDULED_TIME_RANGE_START => DATEADD(DAY, -1, SNOWFLAKE.ALERT.SCHEDULED_TIME()),
            ERROR_ONLY => TRUE
        ))
        WHERE database_name = {database_text} AND schema_name = {schema_text}
            AND completed_time > SNOWFLAKE.ALERT.LAST_SUCCESSFUL_SCHEDULED_TIME()
            AND completed_time <= SNOWFLAKE.ALERT.SCHEDULED_TIME()
    ))
    THEN CALL SYSTEM$SEND_EMAIL(
        'ORDER_PIPELINE_MAIL',
        {mail_to_text},
        'Order pipeline: a task has failed',
        'A task of the order pipeline has failed. Its error: dropship --run transform, or TASK_HISTORY.'
    );
ALTER ALERT {schema}.failed_tasks_alert RESUME;
