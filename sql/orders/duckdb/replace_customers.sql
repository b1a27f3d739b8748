DELETE FROM {schema}.customers WHERE id IN (SELECT id FROM staged_reference)
