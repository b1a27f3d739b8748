-- What: makes the stream of raw events anew, after it went stale (nothing merged for 14 days) or its
--   table was dropped and made again. The first merge then takes every raw event again, which changes
--   nothing: an order keeps its newest version. A large table may take long: see docs/snowflake.md.
-- Role: {owner_role}, which owns the objects. Never run by `setup`.
-- Repeat: safe. A replaced stream has lost its grants, so they follow here.
USE ROLE {owner_role};
ALTER TASK IF EXISTS {schema}.merge_{rows}_task SUSPEND;
CREATE OR REPLACE STREAM {schema}.{events}_stream
    ON TABLE {schema}.{events}
    APPEND_ONLY = TRUE
    SHOW_INITIAL_ROWS = TRUE
    COMMENT = 'raw events that no merge has taken yet';
GRANT SELECT ON STREAM {schema}.{events}_stream TO ROLE {worker_role};
GRANT SELECT ON STREAM {schema}.{events}_stream TO ROLE {reader_role};
ALTER TASK {schema}.merge_{rows}_task RESUME;
