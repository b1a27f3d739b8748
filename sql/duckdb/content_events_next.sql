SELECT min(seq) FROM {schema}.orders_events WHERE seq > ?
