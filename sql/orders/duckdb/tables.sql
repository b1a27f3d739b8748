-- The tables of the order pipeline. Safe to repeat.

-- The newest version of each order. event_time and kafka_offset are the version it came from.
CREATE TABLE IF NOT EXISTS {schema}.orders (
    id           VARCHAR NOT NULL,
    product_id   VARCHAR NOT NULL,
    customer_id  VARCHAR NOT NULL,
    quantity     INTEGER NOT NULL,
    unit_price   DECIMAL(10, 2) NOT NULL,
    sold_at      TIMESTAMP NOT NULL,
    ingested_at  TIMESTAMP NOT NULL,
    event_time   TIMESTAMP NOT NULL,
    kafka_offset BIGINT NOT NULL
);
