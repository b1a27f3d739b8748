"""Keeps the fence of the offsets passable: doubled claims, and locks that nobody holds any more.

Two consumers that meet a partition for the first time may each enter a row, since Snowflake
enforces no key. Both rows would move together and no batch could pass the fence again, so they are
made one.

Batches leave no lock behind (`core.warehouse.snowflake.storing`). Whoever changes the offsets in
another way, a worker of an earlier version or a worksheet, and dies before the COMMIT, leaves a
transaction whose lock Snowflake keeps for minutes: ABORT_DETACHED_QUERY ends statements, not
transactions that wait for their next one
(https://docs.snowflake.com/en/sql-reference/transactions). Whoever waits for the lock in vain looks
for such a transaction and ends it, as a last resort. One that was only slow gets an error and reads
the stored offsets, as after any other error: nothing is lost or stored twice by that.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from core.broker.identity import TopicIdentity
from core.errors import WarehouseError
from core.text import N_
from core.warehouse.snowflake.session import Connection

LOCK_TIMEOUT = 625
"""The driver's code of a statement that waited for a lock as long as LOCK_TIMEOUT allows."""
HELD_S = 5.0
"""A batch holds the lock from its last statement to its commit; so long, and nobody commits."""

Sql = Callable[[str], str]
log = logging.getLogger(__name__)


def is_lock_timeout(error: WarehouseError) -> bool:
    """Return whether a statement ended because somebody else held a lock."""
    return getattr(error.__cause__, "errno", None) == LOCK_TIMEOUT


def end_if_abandoned(
    connection: Connection, sql: Sql, table: str, wait: Callable[[float], bool]
) -> None:
    """Try `end_abandoned`; where that is refused, the wait for the lock is what counts."""
    try:
        end_abandoned(connection, sql, table, wait)
    except WarehouseError as error:
        log.warning(N_("locks cannot be looked at"), extra={"reason": error.message})


def end_abandoned(
    connection: Connection, sql: Sql, table: str, wait: Callable[[float], bool]
) -> int:
    """End this user's transactions that hold a lock on a table and do not go on.

    table: its name without schema, as Snowflake writes it. wait: pauses so many seconds, tells
    whether to stop. Only transactions that hold the lock before and after the pause are ended;
    those of other users are invisible. Return how many were ended. Errors: WarehouseError.
    """
    before = _holders(connection, sql, table)
    if not before or wait(HELD_S):
        return 0
    stuck = before & _holders(connection, sql, table)
    for transaction in sorted(stuck):
        connection.run(f"SELECT SYSTEM$ABORT_TRANSACTION({transaction})")
        log.warning(
            N_("a transaction that nobody goes on with was ended"),
            extra={"transaction": transaction, "table": table},
        )
    return len(stuck)


def _holders(connection: Connection, sql: Sql, table: str) -> set[int]:
    return {
        int(str(lock["transaction"]))
        for lock in connection.shown(sql("locks_shown"))
        if _is_on(lock, table) and str(lock.get("status")).upper() == "HOLDING"
    }


def _is_on(lock: Mapping[str, object], table: str) -> bool:
    name = str(lock.get("resource")).replace('"', "").upper()
    return name == table or name.endswith(f".{table}")


def heal_claims(connection: Connection, sql: Sql, identity: TopicIdentity, now: datetime) -> int:
    """Make one row of every partition that appears twice; return how many there were.

    Errors: WarehouseError, also when the role may not delete from consumer_offsets.
    """
    source = identity.source_id
    with connection.transaction():
        doubled = connection.run(sql("claims_doubled"), [source])
        for partition, *rest in doubled:
            connection.run(sql("claims_delete"), [source, int(partition)])
            connection.run(sql("claims_enter"), [source, int(partition), *rest, now])
    if doubled:
        log.warning(
            N_("partitions that two consumers had entered at once were made one row each"),
            extra={"topic": identity.topic, "partitions": [int(row[0]) for row in doubled]},
        )
    return len(doubled)
