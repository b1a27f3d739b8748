SELECT MIN(seq) FROM {schema}.orders_events WHERE seq > ?
