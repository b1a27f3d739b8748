SELECT count(*) FROM {schema}.{events}
