-- Figures that the merge keeps with the orders, in its own transaction; 03_tables.sql of the engine
-- takes them in.

-- Orders and revenue of each UTC day that has sales.
CREATE TABLE IF NOT EXISTS {schema}.sales_by_day (
    sold_on DATE NOT NULL,
    orders  NUMBER(19, 0) NOT NULL,
    revenue NUMBER(38, 2) NOT NULL
);

-- Orders, pieces and revenue of each product that was sold. What it is called and its category stand
-- in the inventory, which may change at any time.
CREATE TABLE IF NOT EXISTS {schema}.sales_by_product (
    product_id VARCHAR NOT NULL,
    orders     NUMBER(19, 0) NOT NULL,
    quantity   NUMBER(38, 0) NOT NULL,
    revenue    NUMBER(38, 2) NOT NULL
);
