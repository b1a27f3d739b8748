SELECT count(*) FROM {schema}.inventory
