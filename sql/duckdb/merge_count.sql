SELECT count(*), count(*) FILTER (WHERE NOT usable) FROM merge_cast
