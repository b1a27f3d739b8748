-- Records read in all, and dead letters by stage and reason: pending, published again, dismissed.
SELECT
    (SELECT COUNT(*) FROM {schema}.{events})
    + (SELECT COUNT(*) FROM {schema}.dead_letters WHERE stage = 'decode'),
    letters.stage,
    letters.reason,
    COALESCE(letters.waiting, 0),
    COALESCE(letters.replayed, 0),
    COALESCE(letters.dismissed, 0)
FROM (SELECT 1 AS present) AS always
LEFT JOIN (
    SELECT
        stage,
        reason,
        SUM(CASE WHEN replayed_at IS NULL AND dismissed_at IS NULL THEN 1 ELSE 0 END) AS waiting,
        SUM(CASE WHEN replayed_at IS NULL THEN 0 ELSE 1 END) AS replayed,
        SUM(CASE WHEN replayed_at IS NULL AND dismissed_at IS NOT NULL THEN 1 ELSE 0 END) AS dismissed
    FROM {schema}.dead_letters
    GROUP BY stage, reason
) AS letters ON 1 = 1
ORDER BY letters.reason, letters.stage
