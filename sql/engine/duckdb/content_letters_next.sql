SELECT min(rowid) FROM {schema}.dead_letters WHERE rowid > ?
