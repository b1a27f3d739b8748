SELECT
    count(*),
    count(*) FILTER (WHERE NOT usable),
    count(DISTINCT {key}) FILTER (WHERE usable),
    min({key}) FILTER (WHERE usable),
    max({key}) FILTER (WHERE usable)
FROM merge_cast
