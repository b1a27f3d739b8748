-- What: the compute warehouse, the database and the schema that everything else lives in.
-- Role: SYSADMIN, or any role with CREATE WAREHOUSE and CREATE DATABASE on the account.
-- Repeat: safe; what exists is left as it is, its size and its data too.
USE ROLE SYSADMIN;

-- The smallest size merges tens of thousands of events a second. It sleeps after one idle minute
-- and wakes by itself; every wake is billed for at least 60 seconds.
CREATE WAREHOUSE IF NOT EXISTS {warehouse}
    WAREHOUSE_SIZE = 'XSMALL'
    AUTO_SUSPEND = 60
    AUTO_RESUME = TRUE
    INITIALLY_SUSPENDED = TRUE
    STATEMENT_TIMEOUT_IN_SECONDS = 3600
    COMMENT = 'order pipeline: loading, merging, console';

CREATE DATABASE IF NOT EXISTS {database}
    COMMENT = 'order pipeline';

CREATE SCHEMA IF NOT EXISTS {schema}
    COMMENT = 'pipeline: raw events, rows, reference tables, offsets';
