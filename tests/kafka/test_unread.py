"""What others do in the same topic and group: open transactions, members that read elsewhere."""

import signal
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import Consumer, Producer

from tests.support.events import event
from tests.support.kafka_server import KafkaCluster, Listener
from tests.support.kafka_work import Work
from tests.support.processes import Dropship
from tests.support.slow_link import free_port, slow_link
from tests.support.waiting import wait_until

BRIEF = ("--timeout", "6")


@pytest.fixture
def transaction(work: Work) -> Iterator[Producer]:
    """A transaction with one record at the front of partition 0, not ended."""
    work.make_topic(2)
    client = Producer({"bootstrap.servers": work.servers, "transactional.id": work.topic})
    client.init_transactions(20)
    client.begin_transaction()
    client.produce(work.topic, event(900), key=b"900", partition=0)
    assert client.flush(20) == 0
    yield client
    client.close()


def test_what_waits_behind_an_open_transaction_is_left_and_said(
    work: Work, transaction: Producer, dropship: Dropship
) -> None:
    env = work.env
    dropship("seed", "--customers", "20", "--products", "10", "--orders", "10").done()
    dropship("load").done()
    work.publish_orders(30, partition=0)
    work.publish_orders(5, start=100, partition=1)

    ended = dropship("consume", "--until-caught-up", *BRIEF, env=env)
    assert ended.code == 1
    assert (ended.record["inserted"], ended.record["lag"]) == (5, 31)
    (left,) = ended.record["left"]
    assert (left["partition"], left["records"], left["from_offset"]) == (0, 31, 0)
    assert left["reason"] == "open_transaction"
    assert left["since"] is not None
    message = ended.record["error"]["message"]
    assert "31 records waiting behind a transaction" in message
    assert f"{work.topic}/0 from offset 0, since " in message

    checked = dropship("validate", env=env).record
    balance = checked["checks"]["reconciliation"]
    assert balance["status"] == "WARN"
    assert (balance["lag"], balance["held_back"]) == (31, 31)
    assert checked["status"] != "PASS"
    doctor = {one["name"]: one for one in dropship("doctor", env=env).record["checks"]}
    assert doctor["topic"]["status"] == "warn"
    assert "31 records waiting behind a transaction" in doctor["topic"]["detail"]
    assert "36 offsets kept" in doctor["topic"]["detail"]

    transaction.commit_transaction()
    caught_up = dropship("consume", "--until-caught-up", env=env).done()
    assert (caught_up["inserted"], caught_up["lag"], caught_up["left"]) == (31, 0, [])
    checked = dropship("validate", env=env).record
    assert checked["checks"]["reconciliation"]["status"] == "PASS"


def test_a_pipeline_behind_an_open_transaction_does_not_pass(
    work: Work, transaction: Producer, dropship: Dropship
) -> None:
    small = ("--customers", "20", "--products", "10", "--orders", "100")
    ended = dropship("pipeline", *small, *BRIEF, env=work.env)
    assert ended.code == 1
    done = ended.record
    assert done["produce"]["acked"] == 100
    assert done["consume"]["lag"] == 101 - done["consume"]["inserted"] > 0
    assert "behind a transaction" in done["error"]["message"]
    assert done["validate"]["status"] != "PASS"
    transaction.abort_transaction()
    again = dropship("consume", "--until-caught-up", env=work.env).done()
    assert again["lag"] == 0
    with dropship.warehouse() as warehouse:
        assert warehouse._db.rows("SELECT count(*) FROM mon_schema.orders_events") == [(100,)]


def test_a_stop_does_not_wait_for_what_the_cluster_keeps(
    work: Work, transaction: Producer, dropship: Dropship
) -> None:
    """Behind an open transaction nothing moves; a pipeline that is told to end ends."""
    small = ("--customers", "20", "--products", "10", "--orders", "100")
    running = dropship.start("pipeline", *small, "--timeout", "600", env=work.env)
    wait_until(
        lambda: sum(mark.high for mark in work.cluster.watermarks(work.topic).values()) == 101,
        seconds=40,
    )
    running.signal(signal.SIGTERM)
    ended = running.end()
    assert ended.code == 143
    transaction.abort_transaction()
    caught_up = dropship("consume", "--until-caught-up", env=work.env).done()
    assert caught_up["lag"] == 0
    with dropship.warehouse() as warehouse:
        assert warehouse._db.rows("SELECT count(*) FROM mon_schema.orders_events") == [(100,)]


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
@pytest.mark.parametrize("partitions", [1, 4])
def test_another_member_that_reads_elsewhere_is_named(
    protocol: str, partitions: int, work: Work, dropship: Dropship
) -> None:
    work.make_topic(partitions)
    for partition in range(partitions):
        work.publish_orders(10, start=10 * partition, partition=partition)
    own = {} if protocol == "classic" else {"group.protocol": "consumer"}
    foreign = Consumer(
        {
            "bootstrap.servers": work.servers,
            "group.id": work.group,
            "client.id": "a-foreign-one",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": True,
            "auto.commit.interval.ms": 200,
            **own,
        }
    )
    foreign.subscribe([work.topic])
    read: list[object] = []

    def poll() -> int:
        read.extend(one for one in foreign.consume(100, 0.2) if one.error() is None)
        return len(read)

    wait_until(lambda: poll() == 10 * partitions, seconds=40)
    wait_until(lambda: poll() and work.committed() == 10 * partitions, seconds=40)
    env = work.env | {f"KAFKA_CONF_{k.upper().replace('.', '_')}": v for k, v in own.items()}
    running = dropship.start("consume", "--until-caught-up", "--timeout", "12", env=env)
    wait_until(lambda: (poll(), running.ended)[1], seconds=90)
    ended = running.end()
    record = ended.record
    foreign.close()
    assert ended.code == 1, record
    held = [one for one in record["left"] if one["reason"] == "held_by_another_member"]
    assert held, record
    assert record["lag"] == 10 * partitions - record["inserted"] == 10 * len(held)
    assert {one["client_id"] for one in held} == {"a-foreign-one"}
    message = record["error"]["message"]
    assert f"group {work.group} has another member" in message
    assert "a-foreign-one at " in message
    caught_up = dropship("consume", "--until-caught-up", env=env).done()
    assert (caught_up["lag"], caught_up["inserted"]) == (0, 10 * len(held))


def test_a_hundred_partitions_cost_no_more_round_trips_than_one(
    kafka_here: None, works: Callable[..., Work], dropship: Dropship
) -> None:
    """Counted, not timed: what the commands send over a link of 40 ms."""
    port = free_port()
    cluster = KafkaCluster(listeners=(Listener("SLOW", "PLAINTEXT"),))
    ports = cluster.nodes[0].ports
    cluster._settings["advertised.listeners"] = (
        f"PLAINTEXT://127.0.0.1:{ports['PLAINTEXT']},SLOW://127.0.0.1:{port}"
    )
    with cluster, slow_link(port, ports["SLOW"], 0.04) as link:
        turns = {}
        for partitions in (1, 100):
            work = works(cluster.bootstrap_servers)
            work.topic = work.group = f"wide-{partitions}"
            work.make_topic(partitions)
            work.publish_orders(200)
            env = work.env | {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}"}
            first = dropship("consume", "--until-caught-up", env=env).done()
            assert (first["inserted"], first["lag"]) == (200, 0)
            before = link.turns
            again = dropship("consume", "--until-caught-up", env=env).done()
            assert (again["inserted"], again["lag"]) == (0, 0)
            turns[partitions] = link.turns - before
        assert turns[100] < 2 * turns[1], turns
