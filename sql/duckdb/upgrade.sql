-- What a file of version 0.1.0 lacks. Rows that it holds keep NULL: a checksum that is taken from
-- what is stored would prove nothing. A table that is absent stays absent, and is told by `schema`.
ALTER TABLE IF EXISTS {schema}.orders_events ADD COLUMN IF NOT EXISTS checksum UBIGINT;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS checksum UBIGINT;
