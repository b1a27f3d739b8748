-- One page of a table for people, in the schema of the session; what narrows and sorts it is made of
-- the names of its own columns.
SELECT {columns} FROM {schema}.{table} {where} {order}
LIMIT {most} OFFSET {skipped}
