SELECT count(*) FROM {schema}.{rows}
