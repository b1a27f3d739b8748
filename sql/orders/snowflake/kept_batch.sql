-- The orders of a run as they were before it. Made outside of the merge's transaction, as merge_batch.
CREATE OR REPLACE TEMPORARY TABLE {schema}.kept_before_batch (
    product_id VARCHAR,
    quantity   NUMBER(10, 0),
    unit_price NUMBER(10, 2),
    sold_at    TIMESTAMP_NTZ(6)
)
