-- What: every failed run of a task as a message in the cloud's own queue (Amazon SNS, Azure Event Grid,
--   Google Pub/Sub). Part of `setup` and `export-connector` where SNOW_ALERT_INTEGRATION names the
--   notification integration. Costs no compute.
-- Role: ACCOUNTADMIN, or the owner of the integration, for the grant; then {owner_role}.
-- Repeat: safe. Tasks that are not there are passed over; every one is resumed.
-- The integration is a thing of the account and of the cloud, so it is made by hand, for example:
--   CREATE NOTIFICATION INTEGRATION {error_integration} ENABLED = TRUE TYPE = QUEUE
--       DIRECTION = OUTBOUND NOTIFICATION_PROVIDER = AWS_SNS
--       AWS_SNS_TOPIC_ARN = '<topic>' AWS_SNS_ROLE_ARN = '<role>';
USE ROLE ACCOUNTADMIN;
GRANT USAGE ON INTEGRATION {error_integration} TO ROLE {owner_role};

USE ROLE {owner_role};

-- include task_tells_errors task=merge_{rows}_task

-- include task_tells_errors task=take_from_sink_task

-- include task_tells_errors task=clear_sink_task
