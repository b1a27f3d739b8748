-- The tasks of the schema, as far as the role may see them. The rows of SHOW need no warehouse; a
-- SELECT from them (RESULT_SCAN) would, and after a reconnection it would read another statement's.
SHOW TASKS IN SCHEMA {schema}
