SELECT
    COUNT(*),
    COALESCE(SUM(CASE WHEN usable THEN 0 ELSE 1 END), 0),
    MIN(created_at),
    MIN(seq) - 1,
    MAX(seq)
FROM {schema}.merge_batch
