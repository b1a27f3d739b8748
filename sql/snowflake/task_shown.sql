-- The task, as far as the role may see it. The rows of SHOW need no warehouse; a SELECT from them
-- (RESULT_SCAN) would, and after a reconnection it would read another statement's.
SHOW TASKS LIKE 'MERGE_ORDERS_TASK' IN SCHEMA {schema}
