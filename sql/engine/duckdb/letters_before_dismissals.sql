-- Stands for the table of dead letters where a file that is only looked at is of a version without
-- dismissals: none of its letters is dismissed.
SELECT
    rowid,
    letter.*,
    CAST(NULL AS TIMESTAMP) AS dismissed_at,
    CAST(NULL AS VARCHAR) AS dismissed_by,
    CAST(NULL AS VARCHAR) AS dismissed_why
FROM {schema}.dead_letters AS letter
