-- The same of a few events, which are lists: registering a table takes longer than storing them.
WITH staged AS (
    SELECT
        unnest(CAST($seq AS BIGINT[])) AS seq,
        unnest(CAST($event_types AS VARCHAR[])) AS event_type,
        unnest(CAST($payloads AS VARCHAR[])) AS payload,
        unnest(CAST($partitions AS INTEGER[])) AS kafka_partition,
        unnest(CAST($offsets AS BIGINT[])) AS kafka_offset,
        unnest(CAST($checksums AS UBIGINT[])) AS checksum
)
-- include insert_events
