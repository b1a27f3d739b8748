-- Credits of the compute warehouse in the last 24 hours; NULL where the role may not see them, which
-- needs MONITOR USAGE on the account, or where there were none.
SELECT SUM(credits_used)
FROM TABLE({database}.INFORMATION_SCHEMA.WAREHOUSE_METERING_HISTORY(
    DATE_RANGE_START => DATEADD(HOUR, -24, SYSDATE()),
    DATE_RANGE_END => SYSDATE(),
    WAREHOUSE_NAME => '{warehouse}'
))
