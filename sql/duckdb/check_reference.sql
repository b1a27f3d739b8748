-- The first id of the staged file that cannot serve as a key.
SELECT COALESCE(id, '') FROM staged_reference
GROUP BY id HAVING id IS NULL OR count(*) > 1
LIMIT 1
