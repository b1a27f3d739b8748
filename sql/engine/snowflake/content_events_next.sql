SELECT MIN(seq) FROM {schema}.{events} WHERE seq > ?
