-- The columns for checksums that the role may see; tables of version 0.1.0 have none.
SELECT table_name
FROM {database}.INFORMATION_SCHEMA.COLUMNS
WHERE table_schema = ? AND column_name = 'CHECKSUM'
