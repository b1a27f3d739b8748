-- Rows and bytes on disk of a table. A block that several tables share counts for each; rows that are
-- still in the log have no block yet.
SELECT
    (SELECT count(*) FROM {schema}.{table}),
    (SELECT count(DISTINCT block_id) * 262144 FROM pragma_storage_info('{schema}.{table}')
     WHERE persistent AND block_id >= 0)
