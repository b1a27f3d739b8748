SELECT count(*) FROM {schema}.dead_letters
