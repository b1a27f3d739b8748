-- The rights of worker and reader on kept figures; 05_grants.sql of the engine takes them in. DELETE: a
-- day or product that no order is left of goes, and so does all of it before it is made anew.
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {schema}.sales_by_day TO ROLE {worker_role};
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {schema}.sales_by_product TO ROLE {worker_role};
GRANT SELECT ON TABLE {schema}.sales_by_day TO ROLE {reader_role};
GRANT SELECT ON TABLE {schema}.sales_by_product TO ROLE {reader_role};
