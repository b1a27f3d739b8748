-- The highest number that a raw event has or had: also where somebody emptied the table, so that the
-- merge does not take new events for merged ones.
SELECT greatest(
    (SELECT COALESCE(max(seq), 0) FROM {schema}.{events}),
    (SELECT COALESCE(max(to_seq), 0) FROM {schema}.transform_runs)
)
