-- What a file of an earlier version lacks: checksums, what merges deleted, and what
-- was dismissed. Rows that it holds keep NULL: a checksum that is taken from
-- what is stored would prove nothing. A table that is absent stays absent, and is told by `schema`.
ALTER TABLE IF EXISTS {schema}.{events} ADD COLUMN IF NOT EXISTS checksum UBIGINT;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS checksum UBIGINT;
ALTER TABLE IF EXISTS {schema}.transform_runs ADD COLUMN IF NOT EXISTS deleted BIGINT;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS dismissed_at TIMESTAMP;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS dismissed_by VARCHAR;
ALTER TABLE IF EXISTS {schema}.dead_letters ADD COLUMN IF NOT EXISTS dismissed_why VARCHAR;
-- 0.1.0 numbered events by a sequence, which DuckDB must never be asked for (docs/reliability.md).
ALTER TABLE IF EXISTS {schema}.{events} ALTER COLUMN seq DROP DEFAULT;
DROP SEQUENCE IF EXISTS {schema}.{events}_seq;
