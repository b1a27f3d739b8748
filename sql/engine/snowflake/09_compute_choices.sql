-- What: other ways to pay than one warehouse for all: a warehouse of the console's own, clustering of
--   tables that grew large. Serverless tasks are a setting (10_serverless_tasks.sql).
--   docs/snowflake.md works out what each costs. Read, and run the parts that you want.
-- Role: as each part says. Never run by `setup`.
-- Repeat: safe.

-- A console that stays open then keeps its own warehouse awake and never waits behind a merge: set
-- SNOW_WAREHOUSE to it there, and give it a monitor of its own.
USE ROLE SYSADMIN;
CREATE WAREHOUSE IF NOT EXISTS "ORDER_PIPELINE_CONSOLE"
    WAREHOUSE_SIZE = 'XSMALL'
    AUTO_SUSPEND = 60
    AUTO_RESUME = TRUE
    INITIALLY_SUSPENDED = TRUE
    STATEMENT_TIMEOUT_IN_SECONDS = 300
    COMMENT = 'order pipeline: console';
USE ROLE SECURITYADMIN;
GRANT USAGE ON WAREHOUSE "ORDER_PIPELINE_CONSOLE" TO ROLE {reader_role};
GRANT USAGE ON WAREHOUSE "ORDER_PIPELINE_CONSOLE" TO ROLE {worker_role};

USE ROLE {owner_role};
-- From some hundred million rows on: checks and KPIs read days, and raw events arrive by the day, so
-- they are in order by themselves; rows are rewritten by key and lose it.
ALTER TABLE {schema}.{versions} CLUSTER BY (TO_DATE(ingested_at));

-- Time Travel: how many days a replaced or deleted row can be brought back, and is paid for. Rows can
-- be merged again from raw events, which need what your backups do not cover (1 day at most on the
-- Standard Edition, 90 on Enterprise).
ALTER TABLE {schema}.{versions} SET DATA_RETENTION_TIME_IN_DAYS = 0;
ALTER TABLE {schema}.{events} SET DATA_RETENTION_TIME_IN_DAYS = 1;
