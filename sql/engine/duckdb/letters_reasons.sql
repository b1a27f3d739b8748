-- Dead letters by reason, the most frequent first: how many, the oldest and the newest.
-- Bound: what `letters_matching` is given.
WITH matching AS (
-- include letters_matching
)
SELECT
    letter.reason,
    COUNT(*) AS letters,
    MIN(letter.received_at) AS oldest,
    MAX(letter.received_at) AS newest
FROM matching AS letter
GROUP BY letter.reason
ORDER BY letters DESC, letter.reason
