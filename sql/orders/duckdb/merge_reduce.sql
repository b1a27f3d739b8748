-- Where one run holds several versions of an order, only the newest stays.
DELETE FROM merge_cast
WHERE seq IN (
    SELECT seq FROM merge_cast
    WHERE usable
    QUALIFY row_number() OVER (
        PARTITION BY id ORDER BY sold_at DESC, event_time DESC, kafka_offset DESC,
            product_id DESC, customer_id DESC, quantity DESC, unit_price DESC, event_id DESC
    ) > 1
)
