-- Bytes that the file must at least have, by what its own header says is in use.
SELECT (total_blocks - free_blocks) * block_size
FROM pragma_database_size()
WHERE database_name = current_database()
