-- What: removes the pipeline from the account, with all its data. There is no way back but Time
--   Travel: UNDROP SCHEMA within the retention time of the database (one day by default).
-- Role: {owner_role} for the objects, SYSADMIN for the schema, SECURITYADMIN for roles.
-- Repeat: safe; what is gone is passed over. `setup` never runs this file.
USE ROLE {owner_role};
DROP ALERT IF EXISTS {schema}.failed_tasks_alert;
DROP TASK IF EXISTS {schema}.clear_sink_task;
DROP TASK IF EXISTS {schema}.take_from_sink_task;
DROP TASK IF EXISTS {schema}.merge_{rows}_task;
DROP PROCEDURE IF EXISTS {schema}.merge_{rows}();
DROP PROCEDURE IF EXISTS {schema}.store_batch(
    VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, INTEGER, VARCHAR, INTEGER
);
DROP PROCEDURE IF EXISTS {schema}.fill_batch(VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR);
DROP STREAM IF EXISTS {schema}.{events}_stream;

USE ROLE SYSADMIN;
DROP SCHEMA IF EXISTS {schema};
-- Database, warehouse and the integration of 12_mail_alert.sql may serve others. When they do not:
--   DROP INTEGRATION IF EXISTS "ORDER_PIPELINE_MAIL";
--   DROP DATABASE IF EXISTS {database};
--   DROP WAREHOUSE IF EXISTS {warehouse};

USE ROLE SECURITYADMIN;
-- The workers' user may serve elsewhere, and a name filled in by a program must not decide who goes.
-- Where nobody needs it any more, by hand:
--   DROP USER <the user of 02_roles_and_user.sql>;
DROP ROLE IF EXISTS {worker_role};
DROP ROLE IF EXISTS {reader_role};
DROP ROLE IF EXISTS {owner_role};
