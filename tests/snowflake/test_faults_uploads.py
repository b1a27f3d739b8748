"""Fault 14 on large batches: the staged file, its reply or the COPY is cut off half way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config.load import load_settings
from core.consumer.batch_writer import BatchWriter, WriteOutcome
from core.errors import WarehouseError
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.events import event
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.oracle import coordinates
from tests.support.proxy import (
    Proxy,
    Reply,
    Request,
    Send,
    lose_reply,
    proxy_to,
    session_error,
    sql_like,
)
from tests.support.snowflake_flow import make_tables

IDENTITY = TopicIdentity("a-cluster", "orders_topic", "0")
STORE = r"CALL \S+\.store_batch\("
EVENTS, LETTERS = 20_000, 12
# Large enough for a file of their own, and hard to compress.
LETTER = bytes(range(256)) * 2_000


@pytest.fixture
def proxy(fake: FakeSnowflake) -> Iterator[Proxy]:
    with proxy_to(fake.port) as made:
        yield made


@contextmanager
def opened(fake: FakeSnowflake, schema: str, port: int) -> Iterator[SnowflakeWarehouse]:
    settings = replace(load_settings(environ=fake.environ(schema, port=port)), timeout_s=10.0)
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    try:
        yield warehouse
    finally:
        warehouse.close()


def large_batch() -> RawBatch:
    return RawBatch(
        identity=IDENTITY,
        received_at=datetime.now(UTC),
        partitions=[0] * EVENTS,
        offsets=range(EVENTS),
        payloads=[event(number) for number in range(EVENTS)],
        dead_letters=[
            DeadLetter(0, EVENTS + number, "json", "not JSON", b"key", LETTER)
            for number in range(LETTERS)
        ],
        advances=[OffsetAdvance(0, 0, EVENTS + LETTERS)],
    )


def is_put(request: Request) -> bool:
    return request.method == "PUT"


def cut_the_file(proxy: Proxy) -> None:
    proxy.cut_upload(is_put)


def lose_the_files_reply(proxy: Proxy) -> None:
    proxy.rule(is_put, lose_reply, times=1)


def cut_the_request(proxy: Proxy) -> None:
    proxy.cut_upload(sql_like(STORE))


def lose_the_reply(proxy: Proxy) -> None:
    proxy.rule(sql_like(STORE), lose_reply, times=1)


def end_the_session(proxy: Proxy) -> None:
    proxy.rule(sql_like(STORE), session_error("390111", "Session no longer exists"), times=1)


def test_a_file_that_is_gone_before_it_is_copied_stores_nothing_and_is_sent_again(
    fake, schema, proxy
):
    with opened(fake, schema, fake.port) as direct, opened(fake, schema, proxy.port) as warehouse:
        make_tables(direct)
        warehouse.register_partitions(IDENTITY, {0: 0})
        session = direct._sessions.mine()
        told: list[bytes] = []

        def lose_the_files(request: Request, send: Send) -> Reply:
            for row in session.shown(direct._sql("batches_listed")):
                session.run(direct._sql("remove_batch", file=str(row["name"]).rpartition("/")[2]))
            reply = send(request)
            told.append(reply.body)
            assert direct.stored_offsets(IDENTITY) == {0: 0}
            return reply

        proxy.rule(sql_like(STORE), lose_the_files, times=1)
        with pytest.raises(WarehouseError, match="fewer records than were sent") as caught:
            warehouse.write_batch(large_batch())
        assert caught.value.transient
        assert coordinates(direct) == []
        warehouse.write_batch(large_batch())
        assert len(coordinates(direct)) == EVENTS + LETTERS
        assert session.shown(direct._sql("batches_listed")) == []


@pytest.mark.parametrize(
    "harm",
    [
        cut_the_file,
        lose_the_files_reply,
        cut_the_request,
        lose_the_reply,
        end_the_session,
    ],
)
def test_fault_14_a_large_batch_is_stored_once_whatever_is_cut(fake, schema, proxy, harm):
    with opened(fake, schema, fake.port) as direct, opened(fake, schema, proxy.port) as warehouse:
        make_tables(direct)
        assert warehouse.register_partitions(IDENTITY, {0: 0}) == {0: 0}
        harm(proxy)
        writer = BatchWriter(
            warehouse,
            SystemClock(),
            Event(),
            waiting=lambda _reason: None,
            alive=lambda: None,
            give_up_after_s=20.0,
        )
        assert writer.write(large_batch()) is WriteOutcome.STORED
        (rule,) = proxy._rules
        assert len(rule.hits) == 1
        found = coordinates(direct)
        assert found == [(IDENTITY.source_id, 0, offset) for offset in range(EVENTS + LETTERS)]
        letters = direct.dead_letters()
        assert {letter.payload for letter in letters} == {LETTER}
        assert direct.merge().taken == EVENTS
