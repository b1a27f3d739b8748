-- What: the tasks on Snowflake's own compute, billed by the second without the minimum of 60 that each
--   wake of a warehouse costs. Part of `setup` and `export-connector` with SNOW_TASK_COMPUTE=serverless;
--   without it, 04_stream_and_task.sql and the script of the engine put them back on the warehouse.
-- Role: ACCOUNTADMIN for the one grant, then {owner_role}, which owns the tasks.
-- Repeat: safe. Tasks that are not there are passed over; every one is resumed.
-- Resource monitors do not count serverless compute: a budget of the account does.
USE ROLE ACCOUNTADMIN;
GRANT EXECUTE MANAGED TASK ON ACCOUNT TO ROLE {owner_role};

USE ROLE {owner_role};

-- include task_serverless task=merge_{rows}_task

-- include task_serverless task=take_from_sink_task

-- include task_serverless task=clear_sink_task
