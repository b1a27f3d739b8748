"""Locks that nobody holds any more are ended, doubled claims made one, and old files removed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from core.broker.identity import TopicIdentity
from core.errors import WarehouseError
from core.warehouse.model import Row
from core.warehouse.snowflake import fence, stage
from core.warehouse.snowflake.session import Connection

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
IDENTITY = TopicIdentity("c", "t", "g")


class Session:
    """A session that answers SHOW with what is next, and keeps what was run."""

    broken = False

    def __init__(self, *looks: Sequence[Mapping[str, object]], doubled: Sequence[Row] = ()) -> None:
        self._looks = list(looks)
        self._doubled = list(doubled)
        self.ran: list[tuple[str, list[object]]] = []

    def shown(self, _sql: str) -> list[Mapping[str, object]]:
        return list(self._looks.pop(0))

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        self.ran.append((sql, list(parameters)))
        return self._doubled if sql == "claims_doubled" else []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.ran.append(("BEGIN", []))
        yield
        self.ran.append(("COMMIT", []))


def lock(transaction: object, resource: str = "B.S.CONSUMER_OFFSETS", status: str = "HOLDING"):
    return {
        "resource": resource,
        "type": "PARTITIONS",
        "transaction": transaction,
        "status": status,
    }


def name(found: str, **_more: str) -> str:
    return found


def ended(*looks: list[dict[str, object]], stop: bool = False) -> list[str]:
    session = Session(*looks)
    fence.end_abandoned(
        cast("Connection", session), name, "CONSUMER_OFFSETS", lambda _seconds: stop
    )
    return [sql for sql, _bound in session.ran]


def test_a_transaction_that_keeps_its_lock_is_ended() -> None:
    assert ended([lock("17"), lock(18)], [lock(17), lock(18)]) == [
        "SELECT SYSTEM$ABORT_TRANSACTION(17)",
        "SELECT SYSTEM$ABORT_TRANSACTION(18)",
    ]


@pytest.mark.parametrize(
    "looks",
    [
        ([lock(17)], [lock(18)]),  # they take turns: everybody works
        ([lock(17)], []),
        ([], [lock(17)]),
        ([lock(17, status="WAITING")], [lock(17, status="WAITING")]),
        ([lock(17, "B.S.ORDERS")], [lock(17, "B.S.ORDERS")]),
        ([lock(17, "B.S.OLD_CONSUMER_OFFSETS")], [lock(17, "B.S.OLD_CONSUMER_OFFSETS")]),
    ],
)
def test_who_works_or_waits_or_works_elsewhere_is_left_alone(looks: Any) -> None:
    assert ended(*looks) == []


def test_nobody_is_ended_once_the_job_is_to_stop() -> None:
    assert ended([lock(17)], [lock(17)], stop=True) == []


def test_the_code_of_a_lock_that_was_waited_for_in_vain_is_known() -> None:
    class DriverError(Exception):
        errno = 625

    error = WarehouseError("x")
    assert not fence.is_lock_timeout(error)
    error.__cause__ = DriverError()
    assert fence.is_lock_timeout(error)


def test_a_partition_that_stands_twice_is_made_one_row_in_one_transaction() -> None:
    session = Session(doubled=[(3, "c", "t", "g", 0, 12, 1)])
    assert fence.heal_claims(cast("Connection", session), name, IDENTITY, NOW) == 1
    assert [sql for sql, _bound in session.ran] == [
        "BEGIN",
        "claims_doubled",
        "claims_delete",
        "claims_enter",
        "COMMIT",
    ]
    source = IDENTITY.source_id
    assert session.ran[3][1] == [source, 3, "c", "t", "g", 0, 12, 1, NOW]


def test_files_that_no_copy_took_are_removed_a_day_later() -> None:
    def listed(file: str, age: timedelta) -> dict[str, object]:
        at = (NOW - age).strftime("%a, %d %b %Y %H:%M:%S GMT")
        return {"name": f"batches/{file}", "last_modified": at}

    old, fresh = timedelta(hours=25), timedelta(hours=1)
    rows = [
        listed("events-0a1b.ndjson.gz", old),
        listed("dead_letters-2c.ndjson.gz", fresh),
        listed("somebody's; file.csv", old),
        {"name": "batches/events-3d.ndjson.gz", "last_modified": "?"},
    ]
    session = Session(rows)
    removed: list[str] = []

    def sql(found: str, **more: str) -> str:
        removed.extend(more.values())
        return found

    assert stage.clear_old(cast("Connection", session), sql, NOW) == 1
    assert removed == ["events-0a1b.ndjson.gz"]


class Uploading(Session):
    def put(self, sql: str, _content: object) -> None:
        self.ran.append((sql, []))


def staged_and_failed(session: Uploading, error: WarehouseError) -> None:
    with stage.staged(cast("Connection", session), name, "events", [b"{}"], {"s": "x"}) as copy:
        assert copy == "copy_events"
        session.broken = error.transient
        raise error


def test_a_file_that_was_not_taken_in_is_taken_off_the_stage() -> None:
    session = Uploading()
    with pytest.raises(WarehouseError, match="refused"):
        staged_and_failed(session, WarehouseError("refused"))
    assert [sql for sql, _bound in session.ran] == ["put_batch", "remove_batch"]


def test_a_file_of_a_session_whose_fate_is_unknown_is_left_to_the_next_worker() -> None:
    session = Uploading()
    with pytest.raises(WarehouseError, match="gone"):
        staged_and_failed(session, WarehouseError("gone", transient=True))
    assert [sql for sql, _bound in session.ran] == ["put_batch"]
