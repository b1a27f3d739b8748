-- The reference tables of the order pipeline. Safe to repeat.
CREATE TABLE IF NOT EXISTS {schema}.customers (
    id      VARCHAR NOT NULL,
    name    VARCHAR,
    email   VARCHAR,
    city    VARCHAR,
    country VARCHAR
);

CREATE TABLE IF NOT EXISTS {schema}.inventory (
    id             VARCHAR NOT NULL,
    product_name   VARCHAR,
    category       VARCHAR,
    price          NUMBER(10, 2),
    stock_quantity NUMBER(10, 0)
);
