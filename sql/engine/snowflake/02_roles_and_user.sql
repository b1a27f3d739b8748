-- What: three roles with no more than each needs, and a user without a password for the workers.
--   owner   makes and owns the objects of 03 to 05
--   worker  what `dropship` runs with: reads and writes rows, may start the merge
--   reader  a console in read-only mode: reads rows and the state of the task
-- Role: SECURITYADMIN (roles, user, grants); the one line marked below needs ACCOUNTADMIN.
-- Repeat: safe; a role, a user or a grant that exists stays as it is.
USE ROLE SECURITYADMIN;

CREATE ROLE IF NOT EXISTS {owner_role} COMMENT = 'order pipeline: owns tables, stream and task';
CREATE ROLE IF NOT EXISTS {worker_role} COMMENT = 'order pipeline: producers of rows, merges';
CREATE ROLE IF NOT EXISTS {reader_role} COMMENT = 'order pipeline: reads, changes nothing';

-- A role that belongs to nobody is out of an administrator's sight.
GRANT ROLE {worker_role} TO ROLE {owner_role};
GRANT ROLE {reader_role} TO ROLE {owner_role};
GRANT ROLE {owner_role} TO ROLE SYSADMIN;

GRANT USAGE, OPERATE ON WAREHOUSE {warehouse} TO ROLE {owner_role};
GRANT USAGE ON WAREHOUSE {warehouse} TO ROLE {worker_role};
GRANT USAGE ON WAREHOUSE {warehouse} TO ROLE {reader_role};
-- Credits in the console need a right over the whole account, so nobody has it by this script:
--   GRANT MONITOR USAGE ON ACCOUNT TO ROLE {reader_role};

GRANT USAGE ON DATABASE {database} TO ROLE {owner_role};
GRANT USAGE ON DATABASE {database} TO ROLE {worker_role};
GRANT USAGE ON DATABASE {database} TO ROLE {reader_role};
GRANT USAGE ON SCHEMA {schema} TO ROLE {worker_role};
GRANT USAGE ON SCHEMA {schema} TO ROLE {reader_role};
GRANT USAGE, CREATE TABLE, CREATE STAGE, CREATE STREAM, CREATE PROCEDURE, CREATE TASK
    ON SCHEMA {schema} TO ROLE {owner_role};

-- A user of type SERVICE cannot have a password: it signs in with a key pair or a token.
CREATE USER IF NOT EXISTS {worker_user}
    TYPE = SERVICE
    DEFAULT_ROLE = {worker_role}
    DEFAULT_WAREHOUSE = {warehouse}
    COMMENT = 'order pipeline: workers';
GRANT ROLE {worker_role} TO USER {worker_user};

-- Fill in and run by hand: the body of the public key, without its first and last line, in one line.
--   ALTER USER {worker_user} SET RSA_PUBLIC_KEY = '<public key>';
-- 07_account_policies.sql changes keys without a moment in which none is valid.

-- The right to run tasks belongs to the account as a whole; only ACCOUNTADMIN gives it.
USE ROLE ACCOUNTADMIN;
GRANT EXECUTE TASK ON ACCOUNT TO ROLE {owner_role};
