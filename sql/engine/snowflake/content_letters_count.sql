SELECT COUNT(event_id) FROM {schema}.dead_letters WHERE stage <> 'merge'
