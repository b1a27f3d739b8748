SELECT
    count(*),
    count(*) FILTER (WHERE NOT usable),
    count(DISTINCT id) FILTER (WHERE usable)
FROM merge_cast
