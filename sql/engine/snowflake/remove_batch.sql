REMOVE @{schema}.batches/{file}
