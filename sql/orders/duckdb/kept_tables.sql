-- Figures that the merge keeps with the orders, in its own transaction. Safe to repeat.

-- Orders and revenue of each UTC day that has sales.
CREATE TABLE IF NOT EXISTS {schema}.sales_by_day (
    sold_on DATE NOT NULL,
    orders  BIGINT NOT NULL,
    revenue DECIMAL(38, 2) NOT NULL
);

-- Orders, pieces and revenue of each product that was sold. What it is called and its category stand
-- in the inventory, which may change at any time.
CREATE TABLE IF NOT EXISTS {schema}.sales_by_product (
    product_id VARCHAR NOT NULL,
    orders     BIGINT NOT NULL,
    quantity   HUGEINT NOT NULL,
    revenue    DECIMAL(38, 2) NOT NULL
);
