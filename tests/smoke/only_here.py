"""What only a real account can show: questions, each with the answer that is hoped for.

Each probe says in one line what was seen. None of them decides what the product does: they tell
whoever wrote it whether the documents were read rightly. They cost a few seconds of the warehouse,
but for the task, which is waited for.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from core.config.engine import SNOWFLAKE
from core.errors import WarehouseError
from core.query.pages import Page
from core.text import clean
from core.warehouse.snowflake import stage
from tests.smoke.account import NOT_SHOWN, OTHER, Account, Answer, answer
from tests.smoke.holder import KILLED, batch_of
from tests.smoke.locking import (
    killed_holding_the_lock,
    killed_in_its_request,
    two_batches_at_once,
    waiting_update,
)

_SQL = Path(__file__).parents[2] / "sql"
_DIALECTS = frozenset({"snowflake", "shared"})
Probe = Callable[[Account], Answer]
_FORMATS = ("TIMESTAMP_INPUT_FORMAT", "BINARY_OUTPUT_FORMAT", "QUOTED_IDENTIFIERS_IGNORE_CASE")
_COMPILED = re.compile(r"(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_NO_BIND = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|\?")
_SYNTAX = frozenset({1003, 1007, 904, 2141})
"""Codes of a statement that cannot be compiled: syntax, types, a name, a function."""


def role_not_granted(account: Account) -> Answer:
    """Whether a role that was not granted is refused with a code that `setup` knows."""
    code, said = _refusal(account, 'USE ROLE "DROPSHIP_NO_SUCH_ROLE"')
    return answer(f"code {code}: {said}", hoped=code in {2003, 2043, 3001, 3013})


def procedure_not_there(account: Account) -> Answer:
    """Whether a missing procedure has a code by which `setup` is advised."""
    code, said = _refusal(account, f"CALL {account.schema}.smoke_no_such_procedure()")
    return answer(f"code {code}: {said}", hoped=code in {2140, 2141})


def error_in_a_procedure(account: Account) -> Answer:
    """Whether an error inside a procedure keeps the code of its statement, also after RAISE."""
    name = f"{account.schema}.smoke_failing"
    account.one.run(
        f"CREATE OR REPLACE PROCEDURE {name}() RETURNS VARCHAR LANGUAGE SQL EXECUTE AS CALLER AS\n"
        f"$$\nBEGIN\n    BEGIN TRANSACTION;\n    DELETE FROM {account.schema}.smoke_absent;\n"
        "    COMMIT;\n    RETURN 'done';\n"
        "EXCEPTION\n    WHEN OTHER THEN\n        ROLLBACK;\n        RAISE;\nEND;\n$$"
    )
    code, said = _refusal(account, f"CALL {name}()")
    return answer(f"code {code}: {said}", hoped=code in {2003, 2043})


def transaction_left_open(account: Account) -> Answer:
    """Whether a transaction that a procedure leaves open is rolled back when it ends."""
    name, table = f"{account.schema}.smoke_open", f"{account.schema}.smoke_open_rows"
    account.one.run(f"CREATE OR REPLACE TABLE {table} (n NUMBER(19, 0))")
    account.one.run(
        f"CREATE OR REPLACE PROCEDURE {name}() RETURNS VARCHAR LANGUAGE SQL EXECUTE AS CALLER AS\n"
        f"$$\nBEGIN\n    BEGIN TRANSACTION;\n    INSERT INTO {table} (n) SELECT 1;\n"
        "    RETURN 'done';\nEND;\n$$"
    )
    code, said = _refusal(account, f"CALL {name}()")
    ((rows,),) = account.two.run(f"SELECT COUNT(n) FROM {table}")
    return answer(f"{rows} rows; code {code}: {said}", hoped=rows == 0)


_PARTS = {"content_damage", "procedure_before", "procedure_counts"}
"""What other statements or the procedure include."""


def _a_page(account: Account) -> str:
    """Return the statement of a page, with all that a person may ask of one."""
    page = Page("orders_events", sort="EVENT_ID", order="ASC", words="a", columns=("EVENT_ID",))
    asked = page.question(account.first._pipeline, SNOWFLAKE, "smoke").sql
    return asked.replace(" orders_events", f" {account.schema}.orders_events")


def reserved_words(account: Account) -> Answer:
    """Whether every statement compiles (EXPLAIN), with NULL for what is bound."""
    account.one.run(account.first._sql("merge_batch"))
    refused, tried = [], 0
    for name in sorted(
        {file.stem for file in _SQL.rglob("*.sql") if file.parent.name in _DIALECTS}
    ):
        try:
            text = account.first._sql(name, file="smoke.ndjson.gz")
        except KeyError:
            continue
        text = _a_page(account) if name == "table_page" else text
        statement = re.sub(r"\A(?:\s*--[^\n]*\n)*\s*", "", text)
        if name[0].isdigit() or not _COMPILED.match(statement) or "SYSTEM$" in statement:
            continue
        if name in _PARTS:
            continue
        bound = _NO_BIND.sub(lambda part: "NULL" if part[0] == "?" else part[0], statement)
        tried += 1
        code, said = _refusal(account, f"EXPLAIN USING TEXT {bound}")
        if code in _SYNTAX or (code is not None and "syntax" in said.lower()):
            refused.append(f"{name} ({code}: {said})")
    return answer(
        f"{tried} statements, refused: {'; '.join(refused) or 'none'}",
        hoped=not refused and tried > 0,
    )


def reserved_alias(account: Account) -> Answer:
    """Whether FOLLOWING may be an alias; either answer is right, since none is used."""
    code, said = _refusal(account, "SELECT 1 AS following")
    return answer("taken" if code is None else f"refused, code {code}: {said}", hoped=True)


def formats(account: Account) -> Answer:
    """Whether the session has the formats that the statements rest on."""
    rows = account.one.shown("SHOW PARAMETERS IN SESSION")
    found = {
        str(row["key"]): str(row["value"]).upper() for row in rows if row.get("key") in _FORMATS
    }
    wanted = dict(zip(_FORMATS, ("AUTO", "HEX", "FALSE"), strict=True))
    return answer(str(found), hoped=found == wanted)


def query_tag(account: Account) -> Answer:
    """Whether the session carries the tag."""
    rows = account.one.shown("SHOW PARAMETERS LIKE 'QUERY_TAG' IN SESSION")
    tag = str(rows[0]["value"]) if rows else ""
    return answer(tag, hoped=tag.startswith("dropship "))


def grants_after_replace(account: Account) -> Answer:
    """Whether COPY GRANTS keeps the rights of a replaced procedure, and a stream loses its own."""
    procedure, stream = f"{account.schema}.smoke_kept", f"{account.schema}.smoke_stream"
    made = (
        f"CREATE OR REPLACE PROCEDURE {procedure}() COPY GRANTS RETURNS VARCHAR LANGUAGE SQL AS\n"
        "$$\nBEGIN\n    RETURN 'done';\nEND;\n$$"
    )
    again = f"CREATE OR REPLACE STREAM {stream} ON TABLE {account.schema}.orders_events"
    for statement in (
        made,
        f"GRANT USAGE ON PROCEDURE {procedure}() TO ROLE PUBLIC",
        made,
        again,
        f"GRANT SELECT ON STREAM {stream} TO ROLE PUBLIC",
        again,
    ):
        account.one.run(statement)
    kept = _granted_to_public(account, f"PROCEDURE {procedure}()")
    lost = not _granted_to_public(account, f"STREAM {stream}")
    return answer(f"procedure keeps: {kept}, stream loses: {lost}", hoped=kept and lost)


def stage_is_empty(account: Account) -> Answer:
    """Whether COPY has removed the files it took, and a file that no COPY took is cleared later."""
    sql, one = account.first._sql, account.one
    left = len(one.shown(sql("batches_listed")))
    one.put(sql("put_batch", file="events-5d0e.ndjson.gz"), BytesIO(b"{}"))
    put = len(one.shown(sql("batches_listed")))
    removed = stage.clear_old(one, sql, account.clock.now() + timedelta(days=2))
    rest = len(one.shown(sql("batches_listed")))
    seen = f"{left} files left by COPY, {put} after a PUT, {removed} cleared, {rest} in the end"
    # A worker that was killed for an earlier question may have left a file: that is cleared too.
    return answer(seen, hoped=put == left + 1 and removed == put and rest == 0)


def executed_task(account: Account) -> Answer:
    """How long EXECUTE TASK takes to a finished merge."""
    return _merged(account, 60.0, start=True)


def triggered_task(account: Account) -> Answer:
    """How long after new rows the task has merged them by itself."""
    if not account.task_s:
        return Answer(NOT_SHOWN, "not waited for: this server starts no tasks by itself")
    return _merged(account, account.task_s, start=False)


def _merged(account: Account, seconds: float, *, start: bool) -> Answer:
    account.first.register_partitions(KILLED, {0: 0})
    runs = _runs(account)
    account.first.write_batch(batch_of(1, account.first.stored_offsets(KILLED)[0]))
    if start:
        account.one.run(account.first._sql("task_execute"))
    took = account.until(lambda: _runs(account) > runs, seconds)
    if took is None:
        return Answer(OTHER, f"no merge within {seconds:.0f} s")
    return answer(f"merged after {took:.1f} s", hoped=True)


def _runs(account: Account) -> int:
    ((count,),) = account.two.run(f"SELECT COUNT(*) FROM {account.schema}.transform_runs")
    return int(count)


def _granted_to_public(account: Account, thing: str) -> bool:
    rows = account.one.shown(f"SHOW GRANTS ON {thing}")
    return any(str(row.get("grantee_name")).upper() == "PUBLIC" for row in rows)


def _refusal(account: Account, statement: str) -> tuple[int | None, str]:
    """Run a statement; return the code and the words of its refusal, None where it was taken."""
    try:
        account.one.run(statement)
    except WarehouseError as error:
        return getattr(error.__cause__, "errno", None) or 0, clean(error.message, 160)
    return None, "not refused"


PROBES: tuple[Probe, ...] = (
    waiting_update,
    two_batches_at_once,
    killed_holding_the_lock,
    killed_in_its_request,
    error_in_a_procedure,
    transaction_left_open,
    procedure_not_there,
    role_not_granted,
    reserved_words,
    reserved_alias,
    formats,
    query_tag,
    grants_after_replace,
    executed_task,
    triggered_task,
    stage_is_empty,
)


def answers(account: Account) -> Iterator[tuple[str, Answer, float]]:
    """Yield the name of each probe, its answer, and the seconds that it took."""
    for probe in PROBES:
        began = account.clock.monotonic()
        try:
            given = probe(account)
        except (WarehouseError, AssertionError) as error:
            given = Answer(OTHER, clean(str(error), 200))
        yield probe.__name__, given, account.clock.monotonic() - began
