SELECT min(seq) FROM {schema}.{events} WHERE seq > ?
