DELETE FROM {schema}.{versions} WHERE list_contains(?, CAST({key} AS VARCHAR))
