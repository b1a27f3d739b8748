-- The task, as far as the role may see it. task_state.sql reads from this answer what it needs.
SHOW TASKS LIKE 'MERGE_ORDERS_TASK' IN SCHEMA {schema}
