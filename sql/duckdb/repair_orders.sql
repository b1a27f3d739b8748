DELETE FROM {schema}.orders WHERE list_contains(?, id)
