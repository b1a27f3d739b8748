-- The work table of one merge: raw events as orders, what does not cast as NULL (unusable: which
-- fields). Made outside of the
-- merge's transaction, which making a table would commit.
CREATE OR REPLACE TEMPORARY TABLE {schema}.merge_batch (
    seq             NUMBER(38, 0),
    event_id        VARCHAR,
    payload         VARIANT,
    created_at      TIMESTAMP_NTZ(6),
    source_id       VARCHAR,
    kafka_partition NUMBER(10, 0),
    kafka_offset    NUMBER(19, 0),
    id              VARCHAR,
    product_id      VARCHAR,
    customer_id     VARCHAR,
    quantity        NUMBER(10, 0),
    unit_price      NUMBER(10, 2),
    sold_at         TIMESTAMP_NTZ(6),
    event_time      TIMESTAMP_NTZ(6),
    usable          BOOLEAN,
    unusable        VARCHAR
)
