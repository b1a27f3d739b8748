"""Which statements only read, looked at before a warehouse gets them."""

import pytest

from core.errors import UsageError
from core.warehouse.reading import check_reading, tokens

READS = (
    "select 1",
    "SELECT 'delete from x; drop table y' AS \"INSERT\"",
    "WITH a AS (SELECT 1) SELECT * FROM a -- update nothing; really",
    "(SELECT 1) UNION (SELECT 2)",
    "SELECT $$ call me; $$",
    "SHOW TABLES",
    "DESCRIBE TABLE orders",
    "EXPLAIN SELECT 1",
    "VALUES (1)",
    "SELECT * FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[1]'))) f",
    "SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())",
    "SELECT payload:order.id::VARCHAR FROM orders_events",
)
WRITES = (
    "INSERT INTO orders VALUES (1)",
    "SELECT 1; SELECT 2",
    "WITH a AS (SELECT 1) DELETE FROM orders",
    "CALL merge_orders()",
    "BEGIN",
    "/* select */ update orders set id = 1",
    "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)",
    'SELECT "SYSTEM$ABORT_SESSION"(1)',
    "SELECT sequence.nextval",
    "SELECT $1 FROM @stage/file",
    "SHOW TABLES ->> INSERT INTO t SELECT 1",
    "SELECT * FROM TABLE(my_procedure())",
    "SELECT * FROM TABLE( schema.my_procedure())",
    'SELECT * FROM TABLE("FLATTEN"())',
    "COPY INTO @stage FROM orders",
    "EXPLAIN DELETE FROM orders",
    "EXECUTE IMMEDIATE 'delete'",
    "FROM orders",
    "",
    ";",
    "-- only a comment",
    "/* not closed select 1",
)


@pytest.mark.parametrize("sql", READS)
def test_what_reads_goes_to_the_service_as_it_is_written(sql):
    assert check_reading(f" {sql} ; \n", remote=True).strip().startswith(sql.split("--")[0].strip())


@pytest.mark.parametrize("sql", WRITES)
def test_what_could_do_more_is_refused_in_one_line(sql):
    with pytest.raises(UsageError) as refused:
        check_reading(sql, remote=True)
    assert "\n" not in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("sql", [*READS, *WRITES, "'", '"', "$$", "a'b''c", "é1 -x/**"])
def test_no_piece_of_a_statement_is_lost(sql):
    assert "".join(token.text for token in tokens(sql)) == sql
