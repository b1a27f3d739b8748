EXECUTE TASK {schema}.merge_orders_task
