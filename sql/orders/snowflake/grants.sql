-- The rights of worker and reader on the reference tables; 05_grants.sql of the engine takes them in.
GRANT SELECT, INSERT, UPDATE ON TABLE {schema}.customers TO ROLE {worker_role};
GRANT SELECT, INSERT, UPDATE ON TABLE {schema}.inventory TO ROLE {worker_role};
GRANT SELECT ON TABLE {schema}.customers TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.inventory TO ROLE {reader_role};
