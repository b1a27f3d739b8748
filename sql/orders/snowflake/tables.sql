-- The tables of the order pipeline; 03_tables.sql of the engine takes them in.

-- The newest version of each order. event_time and kafka_offset are the version it came from.
CREATE TABLE IF NOT EXISTS {schema}.orders (
    id           VARCHAR NOT NULL,
    product_id   VARCHAR NOT NULL,
    customer_id  VARCHAR NOT NULL,
    quantity     NUMBER(10, 0) NOT NULL,
    unit_price   NUMBER(10, 2) NOT NULL,
    sold_at      TIMESTAMP_NTZ(6) NOT NULL,
    ingested_at  TIMESTAMP_NTZ(6) NOT NULL,
    event_time   TIMESTAMP_NTZ(6) NOT NULL,
    kafka_offset NUMBER(19, 0) NOT NULL
);
