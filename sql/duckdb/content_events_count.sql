SELECT count(*) FROM {schema}.orders_events
