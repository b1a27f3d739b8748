SELECT reason, count(*) AS letters, max(received_at) AS newest
FROM {schema}.dead_letters
WHERE replayed_at IS NULL AND dismissed_at IS NULL
GROUP BY reason
ORDER BY letters DESC, reason
