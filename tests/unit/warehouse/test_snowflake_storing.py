"""A batch goes to Snowflake in one request, and what that answers is told as it is."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest

from core.broker.identity import TopicIdentity
from core.errors import FencedError, WarehouseError
from core.pipeline import builtin
from core.warehouse.model import DeadLetter, OffsetAdvance, OffsetGap, RawBatch, Row
from core.warehouse.snowflake.fingerprint import fingerprint_of
from core.warehouse.snowflake.session import Connection
from core.warehouse.snowflake.storing import store
from tests.support.events import event

FINGERPRINT = fingerprint_of(builtin().definition)

IDENTITY = TopicIdentity("c", "orders_topic", "g")
AT = datetime(2026, 3, 4, 7, 6, 7, 8, tzinfo=timezone(timedelta(hours=2)))


class DriverError(Exception):
    def __init__(self, errno: int) -> None:
        super().__init__(errno)
        self.errno = errno


class Session:
    """A session that notes what it is asked, in order."""

    broken = False

    def __init__(self, told: str = "stored", errno: int = 0) -> None:
        self._told = told
        self._errno = errno
        self.asked: list[str] = []
        self.bound: list[object] = []

    def run(self, sql: str) -> list[Row]:
        self.asked.append(sql)
        return []

    def run_whole(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        self.asked.append(sql)
        self.bound = list(parameters)
        if self._errno:
            raise WarehouseError("no") from DriverError(self._errno)
        return [(self._told,)]

    def put(self, sql: str, _content: object) -> None:
        self.asked.append(sql)


def batch(payloads: Sequence[bytes], letters: Sequence[DeadLetter] = ()) -> RawBatch:
    return RawBatch(
        identity=IDENTITY,
        received_at=AT,
        partitions=[3] * len(payloads),
        offsets=range(len(payloads)),
        payloads=payloads,
        dead_letters=letters,
        advances=[OffsetAdvance(3, 0, 9)],
        gaps=[OffsetGap(3, 5, 9, "evicted")],
    )


def stored(session: Session, rows: RawBatch) -> None:
    store(cast("Connection", session), lambda found, **_more: found, rows, FINGERPRINT)


def test_a_small_batch_is_one_request_with_all_that_it_changes() -> None:
    session = Session()
    stored(session, batch([event(1)], [DeadLetter(3, 1, "invalid_json", "no", None, b"{")]))
    assert session.asked == ["store_batch"]
    source, topic, moment, moves, events, letters, gaps, *copies = session.bound
    assert (source, topic) == (IDENTITY.source_id, "orders_topic")
    assert moment == "2026-03-04 05:06:07.000008"
    assert json.loads(str(moves)) == [{"p": 3, "x": 0, "n": 9, "s": 0}]
    assert [entry["e"] for entry in json.loads(str(events))] == [json.loads(event(1))]
    assert [entry["r"] for entry in json.loads(str(letters))] == ["invalid_json"]
    assert json.loads(str(gaps)) == [{"p": 3, "f": 5, "t": 9, "r": "evicted"}]
    assert copies == ["", 1, "", 1]


def test_the_file_of_a_large_batch_is_up_before_the_one_request() -> None:
    session = Session()
    stored(session, batch([event(1)] * 5000))
    assert session.asked == ["put_batch", "store_batch"]
    assert session.bound[4] == "[]"
    assert session.bound[7:] == ["copy_events", 5000, "", 0]


@pytest.mark.parametrize(
    ("told", "error"), [("fenced", FencedError), ("not loaded", WarehouseError)]
)
def test_what_was_not_stored_is_an_error_that_may_pass_and_leaves_no_file(
    told: str, error: type[WarehouseError]
) -> None:
    session = Session(told)
    with pytest.raises(error) as caught:
        stored(session, batch([event(1)] * 5000))
    assert caught.value.transient
    assert session.asked == ["put_batch", "store_batch", "remove_batch"]


@pytest.mark.parametrize("errno", [2140, 2141])
def test_a_missing_procedure_is_told_with_who_makes_it(errno: int) -> None:
    with pytest.raises(WarehouseError, match="store_batch is not there") as caught:
        stored(Session(errno=errno), batch([event(1)]))
    assert "--run setup" in caught.value.hint
    assert not caught.value.transient


def test_any_other_error_stands() -> None:
    with pytest.raises(WarehouseError, match="no"):
        stored(Session(errno=625), batch([event(1)]))


def test_the_moment_is_bound_without_its_zone() -> None:
    session = Session()
    stored(session, batch([event(1)]))
    assert session.bound[2] == str(AT.astimezone(UTC).replace(tzinfo=None))
