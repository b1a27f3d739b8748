-- Where one run holds several versions of an order, only the newest stays.
DELETE FROM merge_cast
WHERE seq IN (
    SELECT seq FROM merge_cast
    WHERE usable
    QUALIFY row_number() OVER (
        PARTITION BY id ORDER BY sold_at DESC, event_time DESC, kafka_offset DESC, event_id DESC
    ) > 1
)
