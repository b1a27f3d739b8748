"""What only a real account can show: questions, each with the answer that is hoped for.

Each probe says in one line what was seen. None of them decides what the product does: they tell
whoever wrote it whether the documents were read rightly. They cost a few seconds of the warehouse.
"""

import time
from collections.abc import Callable, Iterator

from core.errors import WarehouseError
from core.warehouse.snowflake.fence import end_abandoned
from core.warehouse.snowflake.session import Connection
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse

Probe = Callable[[SnowflakeWarehouse, Connection, Connection], tuple[bool, str]]
_FORMATS = ("TIMESTAMP_INPUT_FORMAT", "BINARY_OUTPUT_FORMAT", "QUOTED_IDENTIFIERS_IGNORE_CASE")


def reserved_alias(
    _warehouse: SnowflakeWarehouse, one: Connection, _two: Connection
) -> tuple[bool, str]:
    """Whether FOLLOWING may be an alias; either answer is right, since none is used."""
    try:
        one.run("SELECT 1 AS following")
    except WarehouseError as error:
        return True, f"refused: {error.message}"
    return True, "taken"


def role_not_granted(
    _warehouse: SnowflakeWarehouse, one: Connection, _two: Connection
) -> tuple[bool, str]:
    """Whether a role that was not granted is refused with a code that `setup` knows."""
    try:
        one.run('USE ROLE "DROPSHIP_NO_SUCH_ROLE"')
    except WarehouseError as error:
        code = getattr(error.__cause__, "errno", None)
        return code in {2003, 2043, 3001, 3013}, f"code {code}"
    return False, "it was not refused"


def formats(_warehouse: SnowflakeWarehouse, one: Connection, _two: Connection) -> tuple[bool, str]:
    """Whether the session has the formats that the statements rest on."""
    rows = one.shown("SHOW PARAMETERS IN SESSION")
    found = {str(row["key"]): str(row["value"]) for row in rows if row.get("key") in _FORMATS}
    wanted = dict(zip(_FORMATS, ("AUTO", "HEX", "false"), strict=True))
    return found == wanted, str(found)


def query_tag(
    _warehouse: SnowflakeWarehouse, one: Connection, _two: Connection
) -> tuple[bool, str]:
    """Whether the session carries the tag."""
    rows = one.shown("SHOW PARAMETERS LIKE 'QUERY_TAG' IN SESSION")
    tag = str(rows[0]["value"]) if rows else ""
    return tag.startswith("dropship "), tag


def waiting_update(
    warehouse: SnowflakeWarehouse, one: Connection, two: Connection
) -> tuple[bool, str]:
    """The fence: whether an UPDATE that did not wait sees what was committed before it."""
    table = f"{warehouse._names.schema}.smoke_fence"
    one.run(f"CREATE OR REPLACE TABLE {table} (n NUMBER(19, 0))")
    one.run(f"INSERT INTO {table} (n) SELECT 0")
    with one.transaction():
        one.change(f"UPDATE {table} SET n = 1 WHERE n = 0")
    moved = two.change(f"UPDATE {table} SET n = 2 WHERE n = 0")
    return moved == 0, f"the second session changed {moved} rows"


def abandoned_lock(
    warehouse: SnowflakeWarehouse, one: Connection, two: Connection
) -> tuple[bool, str]:
    """Whether a transaction that holds a lock and never commits is found and ended."""
    table = f"{warehouse._names.schema}.smoke_fence"
    one.run("BEGIN TRANSACTION")
    one.change(f"UPDATE {table} SET n = n + 1")
    began = time.monotonic()
    ended = end_abandoned(two, warehouse._sql, "SMOKE_FENCE", _pause)
    moved = two.change(f"UPDATE {table} SET n = n + 1")
    took = time.monotonic() - began
    return ended == 1 and moved == 1, f"{ended} ended, {moved} rows changed after {took:.0f} s"


def stage_is_empty(
    warehouse: SnowflakeWarehouse, one: Connection, _two: Connection
) -> tuple[bool, str]:
    """Whether COPY has removed the files it took."""
    files = one.shown(warehouse._sql("batches_listed"))
    return not files, f"{len(files)} files"


PROBES: tuple[Probe, ...] = (
    reserved_alias,
    role_not_granted,
    formats,
    query_tag,
    waiting_update,
    abandoned_lock,
    stage_is_empty,
)


def answers(
    warehouse: SnowflakeWarehouse, one: Connection, two: Connection
) -> Iterator[tuple[str, bool, str]]:
    """Yield the name of each probe, whether it was as hoped, and what was seen."""
    for probe in PROBES:
        try:
            as_hoped, seen = probe(warehouse, one, two)
        except WarehouseError as error:
            as_hoped, seen = False, error.message
        yield probe.__name__, as_hoped, seen


def _pause(seconds: float) -> bool:
    time.sleep(seconds)
    return False
