-- What: the rights of worker and reader on the objects of 03 and 04, table by table. Nobody but the
--   owner may drop, truncate or alter, and nobody may delete rows but of the offsets.
-- Role: {owner_role}, which owns the objects.
-- Repeat: safe; a right that was given is given again.
USE ROLE {owner_role};

-- The worker appends raw events, dead letters, gaps and logs, moves offsets behind the fence, merges
-- reference tables and rows, and marks dead letters as replayed or read again.
GRANT SELECT, INSERT ON TABLE {schema}.{events} TO ROLE {worker_role};
GRANT SELECT, INSERT, UPDATE ON TABLE {schema}.{versions} TO ROLE {worker_role};
GRANT SELECT, INSERT, UPDATE ON TABLE {schema}.dead_letters TO ROLE {worker_role};
-- DELETE: of two rows that two first claims at once have entered, one has to go.
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {schema}.consumer_offsets TO ROLE {worker_role};
GRANT SELECT, INSERT ON TABLE {schema}.offset_gaps TO ROLE {worker_role};
GRANT SELECT, INSERT ON TABLE {schema}.transform_runs TO ROLE {worker_role};
GRANT SELECT, INSERT ON TABLE {schema}.validation_runs TO ROLE {worker_role};
GRANT READ, WRITE ON STAGE {schema}.batches TO ROLE {worker_role};
GRANT SELECT ON STREAM {schema}.{events}_stream TO ROLE {worker_role};
-- The types of its parameters belong to the name of a procedure.
GRANT USAGE ON PROCEDURE {schema}.store_batch(
    VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, INTEGER, VARCHAR, INTEGER
) TO ROLE {worker_role};
GRANT USAGE ON PROCEDURE {schema}.fill_batch(
    VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR
) TO ROLE {worker_role};
GRANT USAGE ON PROCEDURE {schema}.merge_{rows}() TO ROLE {worker_role};
GRANT MONITOR, OPERATE ON TASK {schema}.merge_{rows}_task TO ROLE {worker_role};

GRANT SELECT ON TABLE {schema}.{events} TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.{versions} TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.dead_letters TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.consumer_offsets TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.offset_gaps TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.transform_runs TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.validation_runs TO ROLE {reader_role};
GRANT SELECT ON STREAM {schema}.{events}_stream TO ROLE {reader_role};
GRANT MONITOR ON TASK {schema}.merge_{rows}_task TO ROLE {reader_role};

-- include reference_grants

-- include grants
