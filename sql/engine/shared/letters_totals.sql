-- How many dead letters wait, and how many were dismissed.
SELECT
    COALESCE(SUM(CASE WHEN dismissed_at IS NULL THEN 1 ELSE 0 END), 0) AS waiting,
    COALESCE(SUM(CASE WHEN dismissed_at IS NULL THEN 0 ELSE 1 END), 0) AS dismissed
FROM {schema}.dead_letters
WHERE replayed_at IS NULL
