DELETE FROM {schema}.{versions} WHERE list_contains(?, {key})
