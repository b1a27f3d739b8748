SELECT COUNT(event_id) FROM {schema}.{events}
