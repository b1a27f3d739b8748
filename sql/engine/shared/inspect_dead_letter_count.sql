SELECT count(*) FROM {schema}.dead_letters WHERE replayed_at IS NULL
