-- Dead letters by reason and time: the number of a slice of time, from 0, and how many came in it.
-- Bound: what `letters_matching` is given; then where the first slice begins, and the seconds of each.
WITH matching AS (
-- include letters_matching
),

trend AS (
    SELECT CAST(? AS TIMESTAMP) AS begins, CAST(? AS INTEGER) AS seconds
)
SELECT
    letter.reason,
    CAST(FLOOR((epoch(letter.received_at) - epoch(trend.begins)) / trend.seconds) AS INTEGER) AS slice,
    COUNT(*) AS letters
FROM matching AS letter
CROSS JOIN trend
GROUP BY letter.reason, slice
ORDER BY letter.reason, slice
