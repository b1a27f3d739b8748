EXECUTE TASK {schema}.merge_{rows}_task
