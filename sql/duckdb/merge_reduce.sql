CREATE OR REPLACE TEMP TABLE merge_newest AS
SELECT * FROM merge_cast
WHERE usable
QUALIFY row_number() OVER (
    PARTITION BY id ORDER BY sold_at DESC, event_time DESC, kafka_offset DESC, event_id DESC
) = 1
