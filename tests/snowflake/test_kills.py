"""Consumers of a Snowflake pipeline are killed at any moment; what is stored stays exact."""

import gzip
import json
import random
from threading import Event, Thread

import pytest

from tests.support.oracle import coordinates
from tests.support.proxy import proxy_to, sql_like
from tests.support.snowflake_flow import TOPIC, Flow
from tests.support.waiting import wait_until


@pytest.fixture
def flow(fake, dropship, schema):
    """A topic, its tables, and nothing stored yet."""
    with proxy_to(fake.port) as proxy:
        made = Flow(fake, proxy, dropship, schema)
        made.prepare()
        yield made


@pytest.mark.timeout(240)
def test_consumers_killed_in_mid_batch_leave_nothing_lost_or_doubled(flow):
    chance = random.Random(5)
    producer = flow.start_stream(150, "--poison", "0.05", "--late", "0.05", "--duplicates", "0.05")
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        identity = cluster.identity(TOPIC)
        for _kill in range(4):
            before = sum(warehouse.stored_offsets(identity).values())
            consumer = flow.start_consumer("--quiet")
            flow.wait_stored(cluster, warehouse, before + chance.randint(1, 60), seconds=60)
            moment = len(flow.proxy.seen) + chance.randint(1, 8)
            wait_until(lambda seen=moment: len(flow.proxy.seen) >= seen)
            consumer.kill()
    producer.signal(15)
    record = producer.end().record
    assert record["exit_code"] == 143
    stored = flow.consume().done()
    assert stored["lag"] == 0
    assert stored["gaps"] == 0
    flow.check(record["acked"])


STORE = sql_like(r"CALL \S+\.store_batch\(")


def kill_before(consumer, _request, _send, _release):
    """The request never leaves the machine."""
    consumer.kill()


def kill_inside(consumer, request, send, release):
    """The server has the request and waits for a lock, so it cannot have committed."""
    sending = Thread(target=send, args=(request,))
    sending.start()
    consumer.kill()
    release()
    sending.join()


def kill_after(consumer, request, send, release):
    """The server has committed; its answer reaches nobody."""
    release()
    send(request)
    consumer.kill()


@pytest.mark.parametrize(
    ("moment", "batches"), [(kill_before, 0), (kill_inside, 1), (kill_after, 1)]
)
def test_a_consumer_killed_before_in_or_after_its_request_leaves_all_or_nothing(
    flow, moment, batches
):
    acked = flow.produce("--rate", "0", "--poison", "0.05", "--duplicates", "0.05")
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        identity = cluster.identity(TOPIC)
        session = warehouse._sessions.mine()
        started, struck = Event(), Event()
        sizes: list[int] = []

        def strike(request, send):
            started.wait(60)
            moves = json.loads(bound(request)[3])
            sizes.append(sum(move["n"] - move["x"] for move in moves))
            session.run("BEGIN TRANSACTION")
            session.run(
                f"UPDATE {warehouse._identifiers.schema}.consumer_offsets SET skipped = skipped"
            )
            try:
                moment(consumer, request, send, lambda: session.run("ROLLBACK"))
            finally:
                struck.set()

        flow.proxy.rule(STORE, strike, times=1)
        consumer = flow.start_consumer("--quiet")
        started.set()
        wait_until(lambda: consumer.ended and struck.is_set(), seconds=60)
        session.run("ROLLBACK")
        flow.proxy.heal()
        looks = flow.proxy.rule(sql_like(r"SHOW LOCKS|ABORT_TRANSACTION"), lambda r, send: send(r))
        stored = warehouse.stored_offsets(identity)
        assert sum(stored.values()) == batches * sizes[0]
        assert len(coordinates(warehouse)) == batches * sizes[0]
    assert flow.consume().done()["consumed"] == acked - batches * sizes[0]
    assert looks.hits == []  # nobody had to wait for a lock of the dead
    flow.check(acked)


def test_a_consumer_killed_between_the_upload_and_its_request_leaves_a_file_and_nothing_else(flow):
    big = ("--customers", "2000", "--products", "20", "--orders", "20000")
    flow.dropship("seed", *big).done()
    acked = flow.produce("--rate", "0")
    put = flow.proxy.rule(lambda request: request.method == "PUT", lambda r, send: send(r))
    killed: list[int] = []

    def strike(request, send):
        if not put.hits:
            return send(request)
        killed.append(1)
        consumer.kill()
        return None

    flow.proxy.rule(STORE, strike)
    consumer = flow.start_consumer("--quiet")
    wait_until(lambda: consumer.ended, seconds=60)
    assert killed
    flow.proxy.heal()
    flow.consume().done()
    flow.check(acked)


def bound(request) -> list[str]:
    """The values that a request binds, in order."""
    packed = any(key.lower() == "content-encoding" for key, _value in request.headers)
    body = json.loads(gzip.decompress(request.body) if packed else request.body)
    return [body["bindings"][str(at + 1)]["value"] for at in range(len(body["bindings"]))]
