-- What: limits that only administrators can set: credits, where workers may come from, how they sign
--   in, who grants rights; and how a key is changed. A proposal to read and fill in, never run by
--   `setup`: each part stands alone, and a wrong network policy shuts workers out.
-- Role: ACCOUNTADMIN for the monitor, SECURITYADMIN and the owner of the schema for the rest.
-- Repeat: safe; what exists stays, and is set anew by the ALTER statements.

-- Credits. The only hard limit there is: notice at 80, no new statements at 100, and at 110 percent
-- running ones end too. A batch that ends so is stored again later.
USE ROLE ACCOUNTADMIN;
CREATE RESOURCE MONITOR IF NOT EXISTS order_pipeline_credits WITH
    CREDIT_QUOTA = 30
    FREQUENCY = MONTHLY
    START_TIMESTAMP = IMMEDIATELY
    TRIGGERS
        ON 80 PERCENT DO NOTIFY
        ON 100 PERCENT DO SUSPEND
        ON 110 PERCENT DO SUSPEND_IMMEDIATE;
ALTER WAREHOUSE {warehouse} SET RESOURCE_MONITOR = order_pipeline_credits;

-- Where workers come from: put in your addresses. Access tokens need such a policy.
USE ROLE SECURITYADMIN;
CREATE NETWORK RULE IF NOT EXISTS {schema}.worker_addresses
    TYPE = IPV4
    MODE = INGRESS
    VALUE_LIST = ('192.0.2.0/24')
    COMMENT = 'order pipeline: addresses of the workers';
CREATE NETWORK POLICY IF NOT EXISTS order_pipeline_workers
    ALLOWED_NETWORK_RULE_LIST = ('{schema}.worker_addresses')
    COMMENT = 'order pipeline: workers';
ALTER USER {worker_user} SET NETWORK_POLICY = order_pipeline_workers;

-- How workers sign in: by key pair, and from programs only.
CREATE AUTHENTICATION POLICY IF NOT EXISTS {schema}.worker_login
    AUTHENTICATION_METHODS = ('KEYPAIR')
    CLIENT_TYPES = ('DRIVERS')
    COMMENT = 'order pipeline: workers';
ALTER USER {worker_user} SET AUTHENTICATION POLICY {schema}.worker_login;

-- A new key without a moment in which none is valid: set the second one, give the workers the new
-- private key and restart them, see in LOGIN_HISTORY that all use it, then unset the first. The next
-- time the two change places. Two statements with a wait between them, so by hand:
--   ALTER USER {worker_user} SET RSA_PUBLIC_KEY_2 = '<new public key>';
--   ALTER USER {worker_user} UNSET RSA_PUBLIC_KEY;

-- In a schema with managed access only its owner grants rights, not the owner of each table.
USE ROLE SYSADMIN;
ALTER SCHEMA {schema} ENABLE MANAGED ACCESS;
