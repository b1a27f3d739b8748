DELETE FROM {schema}.inventory WHERE id IN (SELECT id FROM staged_reference)
