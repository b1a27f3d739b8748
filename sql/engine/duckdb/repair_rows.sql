DELETE FROM {schema}.{rows} WHERE list_contains(?, {key})
