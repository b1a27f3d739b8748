-- The columns that came later, as far as the role may see them; tables of earlier versions have none.
SELECT table_name, column_name
FROM {database}.INFORMATION_SCHEMA.COLUMNS
WHERE table_schema = ?
    AND column_name IN ('CHECKSUM', 'DELETED', 'DISMISSED_AT', 'DISMISSED_BY', 'DISMISSED_WHY')
