-- What must not be left to the account: how texts are read as times and names as columns, and that
-- statements commit by themselves, without which no task may run. The task stands still until here.
ALTER TASK {schema}.{task} SET
    QUERY_TAG = 'dropship {version} {task}',
    AUTOCOMMIT = TRUE,
    TIMEZONE = 'UTC',
    TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_NTZ',
    TIMESTAMP_INPUT_FORMAT = 'AUTO',
    BINARY_INPUT_FORMAT = 'HEX',
    BINARY_OUTPUT_FORMAT = 'HEX',
    QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE;
ALTER TASK {schema}.{task} RESUME;
