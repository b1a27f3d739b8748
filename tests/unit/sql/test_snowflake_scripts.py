"""The numbered scripts are split and run as far as the role may, and what it may not is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Settings, SnowflakeSettings
from core.errors import WarehouseError
from core.jobs import setup
from core.jobs.base import JobContext
from core.warehouse.model import Row
from core.warehouse.snowflake.connect import connection_options
from core.warehouse.snowflake.identifiers import Identifiers, snowflake_identifiers
from core.warehouse.snowflake.scripts import (
    SETUP_SCRIPTS,
    WANTED_SCRIPTS,
    run_setup,
    script_statements,
    script_tables,
    script_text,
    split_statements,
    tables_present,
)
from tests.support.snowflake_sql import OTHER_SCRIPTS, filled

MERGE, SINK = "merge_orders_task", "take_from_sink_task"
NAMES = Identifiers(warehouse="w", database="d", schema_name="s", worker_user="u")

LATER = {
    "TRANSFORM_RUNS": ("DELETED",),
    "DEAD_LETTERS": ("CHECKSUM", "DISMISSED_AT", "DISMISSED_BY", "DISMISSED_WHY"),
}
"""Columns that tables of earlier versions lack."""


class DriverError(Exception):
    def __init__(self, errno: int) -> None:
        super().__init__(errno)
        self.errno = errno


class Account:
    """An account that holds some tables and refuses what `may` does not allow."""

    def __init__(
        self,
        tables: Sequence[str] = (),
        may: Callable[[str], bool] = lambda _sql: True,
        errno: int = 3001,
        said: str = "Insufficient privileges",
    ) -> None:
        self.tables = [table.upper() for table in tables]
        self.complete = {table.upper() for table in script_tables(NAMES)}
        self.ran: list[str] = []
        self.ordered: list[Row] | None = []
        """Columns with numbers in order; None: the catalogue does not say."""
        self.procedures: set[str] = set()
        self._may = may
        self._errno = errno
        self._said = said

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        if "identity_ordered" in sql:
            if self.ordered is None:
                raise WarehouseError("invalid identifier") from DriverError(904)
            return self.ordered
        if "INFORMATION_SCHEMA.COLUMNS" in sql:
            return [
                (table, column)
                for table in self.tables
                if table in self.complete
                for column in LATER.get(table, ("CHECKSUM",))
            ]
        if "INFORMATION_SCHEMA.TABLES" in sql:
            return [(table,) for table in self.tables] if list(parameters) == ["S"] else []
        if "CURRENT_ROLE()" in sql:
            return [("SOMEBODY", "THEIR_DEFAULT", "W", "10")]
        if sql.startswith("SHOW PROCEDURES LIKE 'STORE_BATCH'"):
            return [("STORE_BATCH",)] if "store_batch" in self.procedures else []
        if not self._may(sql):
            raise WarehouseError(self._said) from DriverError(self._errno)
        self.ran.append(sql)
        if "ADD COLUMN" in sql:
            self.complete |= {name for name in self.tables if f".{name.lower()} " in sql}
        made = [
            name for name in script_tables(NAMES) if f".{name} (" in sql and "CREATE TABLE" in sql
        ]
        self.tables += [name.upper() for name in made]
        if sql.startswith("CREATE OR REPLACE PROCEDURE"):
            self.procedures.add(sql.partition("(")[0].rpartition(".")[2])
        return []


class Prepared(Account):
    """An account in which somebody else has made everything."""

    def __init__(self, *given: Any) -> None:
        super().__init__(script_tables(NAMES), *given)
        self.procedures.add("store_batch")


def test_an_empty_account_is_prepared_by_every_statement() -> None:
    account = Account()
    steps = run_setup(account, NAMES, role="ACCOUNTADMIN")
    assert [step.script for step in steps] == list(SETUP_SCRIPTS)
    assert all(step.done and not step.denied for step in steps)
    wanted = [part for name in SETUP_SCRIPTS for part in script_statements(name, NAMES)]
    assert account.ran == [*wanted, 'USE ROLE "ACCOUNTADMIN"']
    assert tables_present(account, NAMES)


def test_tables_of_an_earlier_version_get_the_columns_that_came_later() -> None:
    account = Account(script_tables(NAMES))
    account.complete.clear()
    assert not tables_present(account, NAMES)
    run_setup(account, NAMES, role="ACCOUNTADMIN")
    assert tables_present(account, NAMES)


def test_a_worker_that_may_not_add_columns_is_told_which_and_who_may() -> None:
    account = Account(script_tables(NAMES), lambda sql: not sql.startswith(("ALTER", "CREATE")))
    account.complete.clear()
    with pytest.raises(WarehouseError, match=r"lacks orders_events\.checksum") as caught:
        run_setup(account, NAMES, role="DROPSHIP_WORKER")
    assert "setup --print" in caught.value.hint


def test_a_version_without_the_procedure_of_batches_gets_it() -> None:
    account = Account(script_tables(NAMES))
    assert not tables_present(account, NAMES)
    run_setup(account, NAMES, role="ACCOUNTADMIN")
    assert tables_present(account, NAMES)
    grants = [sql for sql in account.ran if sql.startswith("GRANT USAGE ON PROCEDURE")]
    assert any("store_batch(" in sql and 'TO ROLE "DROPSHIP_WORKER"' in sql for sql in grants)


def test_a_worker_without_the_procedure_of_batches_is_told_who_may_make_it() -> None:
    account = Account(script_tables(NAMES), lambda _sql: False)
    with pytest.raises(WarehouseError, match="lacks store_batch; the role R ") as caught:
        run_setup(account, NAMES, role="R")
    assert "setup --print" in caught.value.hint


def test_what_the_role_may_not_do_is_told_and_passed_over() -> None:
    account = Prepared(lambda sql: not sql.startswith(("CREATE W", "CREATE R", "CREATE U")))
    steps = {step.script: step for step in run_setup(account, NAMES, role="SOMEBODY")}
    first, second = steps["01_warehouse_database_schema"], steps["02_roles_and_user"]
    assert (first.done, first.denied, first.reason) == (2, 1, "Insufficient privileges")
    assert second.denied == 4
    assert steps["03_tables"].denied == 0


@pytest.mark.parametrize("errno", [2003, 2043, 3001, 3013])
def test_a_worker_may_not_create_tables_that_are_there_and_nothing_is_wrong(errno: int) -> None:
    account = Prepared(lambda _sql: False, errno)
    steps = run_setup(account, NAMES, role="DROPSHIP_WORKER")
    assert [step.done for step in steps] == [0] * len(SETUP_SCRIPTS)


def test_tables_that_are_missing_in_the_end_are_an_error() -> None:
    account = Account(["ORDERS", *script_tables(NAMES)[3:]], lambda sql: "CREATE TABLE" not in sql)
    with pytest.raises(WarehouseError, match="lacks orders_events, customers; the role R ") as told:
        run_setup(account, NAMES, role="R")
    assert "--print" in told.value.hint


def test_setup_says_what_it_cannot_change_of_tables_that_are_there() -> None:
    account = Account(script_tables(NAMES))
    assert [step.kept for step in run_setup(account, NAMES, role="R")] == [""] * 5
    account.ordered = [("ORDERS_EVENTS", "SEQ")]
    steps = run_setup(account, NAMES, role="R")
    told = {step.script: step.kept for step in steps if step.kept}
    assert list(told) == ["03_tables"]
    assert "orders_events.seq keeps numbers in order" in told["03_tables"]
    lines = setup.SetupResult((), executed=True, steps=steps).summary().lines
    assert told["03_tables"] in lines[3]
    account.ordered = None
    assert not any(step.kept for step in run_setup(account, NAMES, role="R"))


@pytest.mark.parametrize(
    "said",
    [
        "Cannot execute task , EXECUTE TASK privilege must be granted to owner role",
        "USAGE privilege on the task's warehouse must be granted to owner role",
    ],
)
def test_an_owner_that_may_not_run_tasks_is_told_and_the_grants_follow(said: str) -> None:
    account = Account(may=lambda sql: "RESUME" not in sql, errno=91089, said=said)
    steps = {step.script: step for step in run_setup(account, NAMES, role="R")}
    assert (steps["04_stream_and_task"].denied, steps["04_stream_and_task"].reason) == (1, said)
    assert steps["05_grants"].denied == 0


def test_any_other_error_ends_the_setup() -> None:
    account = Account(may=lambda sql: "orders_events (" not in sql, errno=1003)
    with pytest.raises(WarehouseError, match="Insufficient"):
        run_setup(account, NAMES, role="R")


@pytest.mark.parametrize(
    ("role", "taken"),
    [
        ("SYSADMIN", {"DROPSHIP_OWNER"}),
        ("", {"DROPSHIP_OWNER", "THEIR_DEFAULT"}),
        ("accountadmin", {"SYSADMIN", "SECURITYADMIN", "ACCOUNTADMIN", "DROPSHIP_OWNER"}),
    ],
)
def test_a_role_above_the_configured_one_is_never_taken(role: str, taken: set[str]) -> None:
    account = Account()
    run_setup(account, NAMES, role=role)
    used = [sql.removeprefix("USE ROLE ").strip('"') for sql in account.ran if "USE ROLE" in sql]
    assert set(used) == taken | ({role.upper()} if role else set())
    assert used[-1] == (role.upper() or "THEIR_DEFAULT")


@given(
    st.lists(
        st.sampled_from(
            [
                "SELECT 1",
                "SELECT 'a;b', \"c;d\"",
                "SELECT 'it''s; so' -- no; end\n FROM t",
                "CALL p($$ a; b'; $$)",
                "SELECT a - b",
            ]
        )
    ),
    st.sampled_from([";", " ;\n", ";\n-- a remark; with a semicolon\n", ";\n\n"]),
)
def test_statements_that_were_joined_come_apart_again(parts: list[str], between: str) -> None:
    assert split_statements(between.join(parts) + ";\n-- the end; of it") == parts


def test_every_placeholder_is_filled_and_quoted() -> None:
    for name in SETUP_SCRIPTS:
        text = script_text(name, NAMES)
        assert "{" not in text
        assert '"D"."S"' in text or name == "02_roles_and_user"


def test_a_hostile_name_stays_a_name() -> None:
    names = Identifiers(warehouse='w"; DROP DATABASE x; --', database="d", schema_name="s")
    (_use, create, *_rest) = script_statements("01_warehouse_database_schema", names)
    assert create.startswith('CREATE WAREHOUSE IF NOT EXISTS "W""; DROP DATABASE X; --"\n')


@pytest.mark.parametrize(
    ("role", "worker"),
    [
        (None, "DROPSHIP_WORKER"),
        ("loader", "LOADER"),
        ("ACCOUNTADMIN", "DROPSHIP_WORKER"),
        ("dropship_owner", "DROPSHIP_WORKER"),
    ],
)
def test_the_workers_role_is_that_of_the_settings_unless_it_is_somebody_elses(
    role: str | None, worker: str
) -> None:
    settings = Settings(snowflake=SnowflakeSettings(account="a", user="u", role=role))
    assert snowflake_identifiers(settings).worker_role == worker


def test_whoever_is_logged_in_is_not_taken_for_the_workers_user() -> None:
    administrator = SnowflakeSettings(account="a", user="the_boss", role="ACCOUNTADMIN")
    assert snowflake_identifiers(Settings(snowflake=administrator)).worker_user == "DROPSHIP_WORKER"
    named = replace(administrator, worker_user="loader")
    assert snowflake_identifiers(Settings(snowflake=named)).worker_user == "loader"


def test_no_script_drops_a_user() -> None:
    for name in (*SETUP_SCRIPTS, *OTHER_SCRIPTS, *WANTED_SCRIPTS):
        assert not any("DROP USER" in one for one in script_statements(name, NAMES))


TASKS = [
    *script_statements("04_stream_and_task", NAMES),
    *split_statements(filled(Path("sql/connector/sink.sql").read_text(encoding="utf-8"))),
]


@pytest.mark.parametrize("task", [MERGE, SINK, "clear_sink_task"])
def test_a_task_leaves_nothing_to_the_account_that_its_statements_rest_on(task: str) -> None:
    found = "\n".join(one for one in TASKS if f".{task} SET" in one)
    session = options_of_a_session()
    for name in (
        "TIMEZONE",
        "TIMESTAMP_TYPE_MAPPING",
        "TIMESTAMP_INPUT_FORMAT",
        "BINARY_INPUT_FORMAT",
        "BINARY_OUTPUT_FORMAT",
        "QUOTED_IDENTIFIERS_IGNORE_CASE",
    ):
        value = str(session[name]).upper()
        assert f"{name} = '{value}'" in found or f"{name} = {value}" in found
    assert "QUERY_TAG = 'dropship " in found
    assert "AUTOCOMMIT = TRUE" in found
    if task != "clear_sink_task":  # which is made with it, once and for all
        assert "USER_TASK_TIMEOUT_MS = 3600000" in found
    changes = [one for one in TASKS if "ALTER TASK" in one and f".{task} " in one]
    assert (changes[0][-7:], changes[-1][-6:]) == ("SUSPEND", "RESUME")


def options_of_a_session() -> Mapping[str, object]:
    snow = SnowflakeSettings(account="a", user="u")
    made = connection_options(snow, snowflake_identifiers(Settings(snowflake=snow)))[
        "session_parameters"
    ]
    assert isinstance(made, dict)
    return made


def test_the_print_shows_whole_scripts_and_needs_no_connection() -> None:
    settings = Settings(
        snowflake=SnowflakeSettings(account="nowhere", user="u", database="shop"), schema="raw"
    )
    shown = setup.run(JobContext(settings), setup.Options(print_sql=True))
    text = "\n".join(shown.summary().lines)
    places = [text.index(f"-- {name}.sql") for name in SETUP_SCRIPTS]
    assert all(one < two for one, two in pairwise(places))
    assert 'CREATE TABLE IF NOT EXISTS "SHOP"."RAW".orders (' in text
    assert "-- Repeat: safe" in text
    assert "DROP " not in text
    assert shown.fields()["executed"] is False
    assert len(split_statements(text)) == len(shown.statements)
