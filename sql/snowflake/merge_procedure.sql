CALL {schema}.merge_orders()
