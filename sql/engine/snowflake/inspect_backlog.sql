SELECT COUNT(*) FROM {schema}.{events}_stream
