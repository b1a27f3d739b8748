"""Every statement for Snowflake keeps the rules, and every rule can refuse."""

import re
from pathlib import Path

import pytest

from core.warehouse.snowflake.scripts import SETUP_SCRIPTS, WANTED_SCRIPTS
from tests.support.snowflake_sql import (
    OTHER_SCRIPTS,
    SQL,
    body_statements,
    configured_names,
    faults_of_file,
    faults_of_statement,
    filled,
    named_sql,
    snowflake_files,
    split_statements,
)

FILES = snowflake_files()
T = '"A_BASE"."A_SCHEMA"'


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SQL)))
def test_a_file_keeps_every_rule(file: Path) -> None:
    assert faults_of_file(file) == []


REFUSED = {
    "bind cast by colons": "SELECT ?::VARCHAR",
    "decimal without scale": f"SELECT TRY_TO_DECIMAL(name) FROM {T}.customers",
    "decimal with precision alone": f"SELECT TRY_TO_DECIMAL(name, 10) FROM {T}.customers",
    "JSON by VALUES": f"INSERT INTO {T}.other (body) VALUES (PARSE_JSON(?))",
    "JSON text by VALUES": f"INSERT INTO {T}.orders_events (event_id, payload) VALUES (?, ?)",
    "JSON text by VALUES without columns": f"INSERT INTO {T}.orders_events VALUES (?, ?)",
    "MERGE from a table": f"MERGE INTO {T}.orders AS a USING {T}.b AS b ON a.id = b.id "
    "WHEN MATCHED THEN UPDATE SET quantity = b.quantity",
    "MERGE from a plain query": f"MERGE INTO {T}.orders AS a USING (SELECT id FROM {T}.b) AS b "
    "ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)",
    "MERGE reduced by another key": f"MERGE INTO {T}.orders AS a USING (SELECT id FROM {T}.b "
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY city ORDER BY id) = 1) AS b "
    "ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)",
    "MERGE reduced by more than the key": f"MERGE INTO {T}.orders AS a USING (SELECT id FROM {T}.b "
    "GROUP BY id, city) AS b ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)",
    "MERGE of any rank": f"MERGE INTO {T}.orders AS a USING (SELECT id FROM {T}.b "
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY id) < 3) AS b "
    "ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)",
    "MERGE by rank": f"MERGE INTO {T}.orders AS a USING (SELECT id FROM {T}.b "
    "QUALIFY RANK() OVER (PARTITION BY id ORDER BY id) = 1) AS b "
    "ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)",
    "local time": "SELECT CURRENT_TIMESTAMP()",
    "local time of another zone": "SELECT CONVERT_TIMEZONE('Europe/Paris', CURRENT_TIMESTAMP())",
    "local date": "SELECT CURRENT_DATE",
    "local time by another name": "SELECT GETDATE()",
    "star": f"SELECT * FROM {T}.orders",
    "star of one table": f"SELECT o.* FROM {T}.orders AS o",
    "primary key of a column": f"CREATE TABLE IF NOT EXISTS {T}.a (id VARCHAR PRIMARY KEY)",
    "primary key of a table": f"CREATE TABLE IF NOT EXISTS {T}.a (id VARCHAR, PRIMARY KEY (id))",
    "unique column": f"CREATE TABLE IF NOT EXISTS {T}.a (id VARCHAR UNIQUE)",
    "no schema": "SELECT id FROM orders",
    "schema without quotes": "SELECT id FROM a_schema.orders",
    "schema in a database without quotes": 'SELECT id FROM a_base."A_SCHEMA".orders',
    "warehouse without quotes": "CREATE WAREHOUSE IF NOT EXISTS small",
    "float column of money": f"CREATE TABLE IF NOT EXISTS {T}.a (unit_price DOUBLE)",
    "money cast to float": f"SELECT SUM(quantity * unit_price::FLOAT) FROM {T}.orders",
    "money made a double": f"SELECT TO_DOUBLE(price) FROM {T}.inventory",
    "time of no kind": f"CREATE TABLE IF NOT EXISTS {T}.a (sold_at TIMESTAMP)",
    "reserved alias of a column": f"SELECT id AS following FROM {T}.orders",
    "reserved alias of a table": f"SELECT 1 FROM {T}.orders AS sample_of, {T}.customers AS issue",
    "reserved column": f"CREATE TABLE IF NOT EXISTS {T}.a (increment VARCHAR)",
    "catalogue by an expression": 'SELECT table_name FROM "A_BASE".INFORMATION_SCHEMA.TABLES '
    "WHERE CONCAT(table_catalog, table_schema) = 'x'",
    "rows of the last query": "SELECT 1 FROM TABLE(RESULT_SCAN('x'))",
    "the last query": "SELECT LAST_QUERY_ID()",
    "numbers in order": f"CREATE TABLE IF NOT EXISTS {T}.a (seq NUMBER(38, 0) AUTOINCREMENT ORDER)",
    "no SQL": "SELECT FROM WHERE",
    "unknown command": f"CREATE TASK {T}.t SCHEDULE = '1 MINUTE' AS SELECT 1",
    "a user with a password": "CREATE USER IF NOT EXISTS \"A\" PASSWORD = 'x', TYPE = PERSON",
    "definition in a transaction": f"CREATE PROCEDURE {T}.p() RETURNS VARIANT LANGUAGE SQL AS $$\n"
    f"BEGIN\nBEGIN TRANSACTION;\nDELETE FROM {T}.a;\nDROP TABLE {T}.b;\nCOMMIT;\nEND;\n$$",
    "a bad statement in a body": f"CREATE PROCEDURE {T}.p() RETURNS VARIANT LANGUAGE SQL AS $$\n"
    f"BEGIN\nINSERT INTO {T}.a (b) SELECT c FROM other;\nEND;\n$$",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_sample_is_refused_for_one_reason(name: str) -> None:
    assert len(faults_of_statement(REFUSED[name])) == 1


TAKEN = {
    "time in UTC": "SELECT CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ, SYSDATE()",
    "decimal with scale": f"SELECT TRY_TO_DECIMAL(COALESCE(a, b), 10, 2) FROM {T}.t",
    "count": f"SELECT COUNT(*) FROM {T}.orders",
    "common table": f"WITH a AS (SELECT id FROM {T}.orders) SELECT id FROM a",
    "JSON from a bind": f"INSERT INTO {T}.orders_events (payload) SELECT value FROM "
    "TABLE(FLATTEN(INPUT => PARSE_JSON(?)))",
    "grouped MERGE": f"MERGE INTO {T}.orders AS a USING (SELECT id, MAX(city) AS city FROM {T}.b "
    "GROUP BY id) AS b ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)",
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_good_sample_is_taken(name: str) -> None:
    assert faults_of_statement(TAKEN[name]) == []


@pytest.mark.parametrize("name", ["mon_schema", "MA_BASE", "mon_entrepot", "DROPSHIP_OWNER"])
def test_a_configured_name_that_is_written_out_is_refused(name: str) -> None:
    assert configured_names(f"SELECT id FROM {name}.orders") == [name]


def test_an_unknown_placeholder_is_refused() -> None:
    with pytest.raises(KeyError, match="shema"):
        filled("SELECT id FROM {shema}.orders")


@pytest.mark.parametrize("name", [*SETUP_SCRIPTS, *OTHER_SCRIPTS, *WANTED_SCRIPTS])
def test_a_script_says_what_it_does_who_runs_it_and_that_it_can_be_repeated(name: str) -> None:
    head = (SQL / "engine" / "snowflake" / f"{name}.sql").read_text().split("\nUSE ROLE", 1)[0]
    assert re.match(r"-- What: .*^-- Role: .*^-- Repeat: ", head, re.DOTALL | re.MULTILINE)
    assert all(line.startswith("--") for line in head.split("\n") if line)


def test_every_numbered_file_is_known() -> None:
    numbered = {file.stem for file in (SQL / "engine" / "snowflake").glob("[0-9]*.sql")}
    assert numbered == {*SETUP_SCRIPTS, *OTHER_SCRIPTS, *WANTED_SCRIPTS}


def test_the_merge_is_one_transaction_that_reads_the_stream() -> None:
    script = filled((SQL / "engine" / "snowflake" / "04_stream_and_task.sql").read_text())
    (procedure,) = (part for part in split_statements(script) if "PROCEDURE" in part)
    body = body_statements(procedure)
    inside = body[body.index("BEGIN TRANSACTION") : len(body) - body[::-1].index("COMMIT")]
    assert sum("orders_events_stream" in part for part in inside) == 1
    assert not any("orders_events_stream" in part for part in body if part not in inside)
    assert [part.split()[0] for part in inside] == [
        *("BEGIN", "INSERT", "SELECT", "COMMIT", "INSERT", "INSERT", "SELECT", "MERGE", "SELECT"),
        *("MERGE", "MERGE", "INSERT", "COMMIT"),
    ]


MERGE = ("merge_batch", "merge_cast", "merge_quarantine", "merge_rows")


@pytest.mark.parametrize("name", [*MERGE, "kept_batch", "kept_before", "kept_after"])
def test_the_procedure_merges_by_the_statements_of_the_client(name: str) -> None:
    script = filled((SQL / "engine" / "snowflake" / "04_stream_and_task.sql").read_text())
    (procedure,) = (part for part in split_statements(script) if "PROCEDURE" in part)
    text = named_sql(name).replace("{now}", ":started_at")
    done = [part.split() for part in body_statements(procedure)]
    for statement in split_statements(filled(text)):
        assert statement.split() in done


def test_the_task_is_triggered_by_the_stream_and_gives_up_after_failures() -> None:
    script = filled((SQL / "engine" / "snowflake" / "04_stream_and_task.sql").read_text())
    statements = split_statements(script)
    (task,) = (part for part in statements if part.startswith("CREATE TASK"))
    assert "SYSTEM$STREAM_HAS_DATA" in task
    assert any("SUSPEND_TASK_AFTER_NUM_FAILURES = 5" in part for part in statements)
    assert "SCHEDULE" not in task
