-- The tables of one schema that the role may see.
SELECT table_name FROM {database}.INFORMATION_SCHEMA.TABLES WHERE table_schema = ?
