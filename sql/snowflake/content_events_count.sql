SELECT COUNT(event_id) FROM {schema}.orders_events
