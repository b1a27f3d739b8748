SELECT COUNT(*) FROM {schema}.orders_events_stream
