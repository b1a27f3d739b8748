"""Answers of a broker that runs, and brokers that do not answer where the cluster says they do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread

import pytest
from confluent_kafka import Consumer
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from core.broker.clients import client_log
from core.broker.reach import advertised_brokers
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.doors import Door
from tests.support.events import event
from tests.support.kafka_server import KafkaCluster, Listener
from tests.support.kafka_work import Work, records_of
from tests.support.processes import Dropship, Ended
from tests.support.waiting import wait_until

OWN = ("--timeout", "20", "--data-dir", "other")
"""For a command beside a consumer of the test, which holds the warehouse of the folder."""
SEED = ("seed", "--customers", "20", "--products", "10", "--orders", "20")


def set_on_topic(work: Work, name: str, value: str) -> None:
    """Change a setting of the topic."""
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, work.topic, incremental_configs=[entry])
    for answer in work.admin.incremental_alter_configs([resource]).values():
        answer.result(20)


def said(ended: Ended) -> str:
    """Return message and hint, and fail when they blame what is not to blame."""
    error = ended.record["error"]
    text = f"{error['message']} | {error['hint']}"
    for wrong in ("None/", "KAFKA_BOOTSTRAP_SERVERS", "internal"):
        assert wrong not in text, text
    return text


def test_events_that_the_topic_does_not_take_are_counted_by_reason(
    work: Work, dropship: Dropship
) -> None:
    work.make_topic(1)
    set_on_topic(work, "max.message.bytes", "150")
    dropship(*SEED).done()
    ended = dropship("produce", "--rate", "0", "--timeout", "20", env=work.env)
    assert (ended.code, ended.record["failed"]) == (1, 20)
    (failure,) = ended.record["failures"]
    assert failure["count"] == 20
    assert "too large" in failure["reason"]
    assert "max.message.bytes" in failure["hint"]
    text = said(ended)
    assert "too large" in text
    assert "max.message.bytes" in text
    assert "too large" in dropship.paths.log_file.read_text("utf-8")
    assert "too large" in ended.err


def test_one_letter_that_is_too_large_does_not_hide_the_others(
    work: Work, dropship: Dropship
) -> None:
    work.make_topic(1)
    set_on_topic(work, "max.message.bytes", "3000000")
    big = b"no json " + b"x" * 1_200_000
    work.settings = {**work.settings, "message.max.bytes": "3000000"}
    wide = replace(work)
    wide.publish([b"no json 1", big, b"no json 2", b"no json 3"])
    wide.close()
    env = {name: value for name, value in work.env.items() if "MESSAGE" not in name}
    consumed = dropship("consume", "--until-caught-up", env=env).done()
    assert consumed["dead_lettered"] == 4
    ended = dropship("dlq", "--replay", "--yes", "--timeout", "20", env=env)
    assert (ended.code, ended.record["replayed"]) == (1, 3)
    text = said(ended)
    for word in ("1 dead letter", f"{work.topic[:60]}/0/1", "3 were published", "too large"):
        assert word in text
    assert "KAFKA_CONF_MESSAGE_MAX_BYTES" in text
    assert "3 were published" in ended.err
    listed = dropship("dlq", env=env).done()["dead_letters"]
    assert [letter["offset"] for letter in listed] == [1]
    again = {**env, "KAFKA_CONF_MESSAGE_MAX_BYTES": "3000000"}
    assert dropship("dlq", "--replay", "--yes", env=again).done()["replayed"] == 1
    assert sorted(value or b"" for _p, _o, value in records_of(work.servers, work.topic)) == sorted(
        [b"no json 1", big, b"no json 2", b"no json 3"] * 2
    )


@pytest.mark.parametrize("holder", ["cooperative-sticky", "range"])
def test_a_group_that_works_otherwise_is_named_with_what_to_set(
    work: Work, warehouse: DuckDbWarehouse, dropship: Dropship, holder: str
) -> None:
    newcomer = {"partition.assignment.strategy": "roundrobin"}
    work.make_topic(2)
    work.publish_orders(5)
    first = work.consume(warehouse, settings={"partition.assignment.strategy": holder})
    wait_until(lambda: first.snapshot().consumed == 5, seconds=30)
    env = replace(work, settings={**work.settings, **newcomer}).env
    ended = dropship("consume", "--until-caught-up", *OWN, env=env)
    assert ended.code == 2
    text = said(ended)
    for word in (
        f"topic {work.topic[:60]}",
        f"group {work.group[:60]}",
        "KAFKA_CONF_PARTITION_ASSIGNMENT_STRATEGY",
        "KAFKA_GROUP_ID",
    ):
        assert word in text
    assert ended.record["elapsed_s"] < 10
    work.ended(first)


def test_a_static_id_of_a_live_member_of_the_new_protocol_is_told(
    work: Work, warehouse: DuckDbWarehouse, dropship: Dropship
) -> None:
    """There the one that has it keeps it, and the newcomer is refused (KIP-848)."""
    work.make_topic(2)
    work.publish_orders(5)
    mine = {"group.instance.id": "one", "group.protocol": "consumer"}
    env = replace(work, settings={**work.settings, **mine}).env
    holder = work.consume(warehouse, settings=mine)
    wait_until(lambda: holder.snapshot().consumed == 5, seconds=30)
    ended = dropship("consume", "--until-caught-up", *OWN, env=env)
    assert ended.code in {2, 3}, ended.out
    text = said(ended)
    assert f"group {work.group[:60]}" in text
    assert "KAFKA_CONF_GROUP_INSTANCE_ID" in text
    assert holder.snapshot().error == ""
    work.ended(holder)


def test_a_consumer_whose_static_id_was_taken_says_which_setting(
    work: Work, warehouse: DuckDbWarehouse, dropship: Dropship
) -> None:
    work.make_topic(2)
    work.publish_orders(5)
    mine = {"group.instance.id": "one"}
    env = replace(work, settings={**work.settings, **mine}).env
    first = dropship.start("consume", *OWN, env=env)
    work.wait_committed(5)
    second = work.consume(warehouse, settings=mine)
    ended = first.end()
    assert ended.code == 2
    text = said(ended)
    assert f"group {work.group[:60]}" in text
    assert "KAFKA_CONF_GROUP_INSTANCE_ID" in text
    work.ended(second)


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with Door() as made:
        yield made


@pytest.fixture(scope="module")
def elsewhere(kafka_here: None, door: Door) -> Iterator[KafkaCluster]:
    """A node that answers at one address and sends its clients to another one."""
    listener = Listener("OUTSIDE", "PLAINTEXT", advertised=door.address)
    with KafkaCluster(listeners=(listener,)) as cluster:
        door.leads_to(cluster.servers("OUTSIDE"))
        yield cluster


@pytest.fixture
def outside(
    elsewhere: KafkaCluster, door: Door, works: Callable[..., Work]
) -> Iterator[tuple[Work, Work]]:
    """Who is inside, and who is sent to the door, which begins closed."""
    insider = works(elsewhere.bootstrap_servers)
    insider.make_topic(2)
    door.close()
    sent = replace(insider, servers=elsewhere.servers("OUTSIDE"))
    yield insider, sent
    sent.close()
    door.close()


JOBS = {
    "produce": ("produce", "--rate", "0"),
    "consume": ("consume", "--until-caught-up"),
    "setup": ("setup",),
    "pipeline": ("pipeline", "--customers", "20", "--products", "10", "--orders", "20"),
}


@pytest.mark.parametrize("job", JOBS)
def test_an_advertised_address_that_is_closed_is_waited_for_and_named(
    job: str, outside: tuple[Work, Work], door: Door, dropship: Dropship
) -> None:
    _insider, sent = outside
    dropship(*SEED).done()
    ended = dropship(*JOBS[job], "--timeout", "5", env=sent.env)
    assert ended.code == 3
    text = said(ended)
    assert door.address in text
    assert "advertised.listeners" in text
    assert 4.5 <= ended.record["elapsed_s"] < 20


def test_a_client_that_was_sent_on_before_it_asked_knows_the_advertised_address(
    outside: tuple[Work, Work], door: Door
) -> None:
    """Nobody answers what it asks from then on."""
    _insider, sent = outside
    config = {"bootstrap.servers": sent.servers, "logger": client_log}
    told: list[str] = []
    watched = {"group.id": "asks", "statistics.interval.ms": 100, "stats_cb": told.append}
    reader = Consumer(config | watched)

    def sent_on() -> bool:
        reader.poll(0.05)
        return f"{door.address}/1" in "".join(told)

    wait_until(sent_on, seconds=30)
    for _time in range(2):
        found = advertised_brokers(config, reader, refusal=lambda: None, timeout_s=5)
        assert found == (("127.0.0.1", door.port),)
    reader.close()


def test_the_doctor_names_the_advertised_address(
    outside: tuple[Work, Work], door: Door, dropship: Dropship
) -> None:
    _insider, sent = outside
    checks = dropship("doctor", "--timeout", "20", env=sent.env).record["checks"]
    (found,) = [entry for entry in checks if entry["name"] == "broker"]
    assert found["status"] == "fail"
    assert door.address in found["detail"] + found["hint"]


def test_a_job_goes_on_once_the_advertised_address_opens(
    outside: tuple[Work, Work], door: Door, dropship: Dropship
) -> None:
    insider, sent = outside
    insider.publish_orders(30)
    running = dropship.start("consume", "--until-caught-up", "--timeout", "60", env=sent.env)
    running.says(door.address)
    door.open()
    assert running.end().done()["consumed"] == 30


def test_a_consumer_outlives_a_closed_advertised_address(
    outside: tuple[Work, Work], door: Door, dropship: Dropship
) -> None:
    insider, sent = outside
    door.open()
    insider.publish_orders(10)
    running = dropship.start("consume", "--limit", "25", "--timeout", "60", env=sent.env)
    insider.wait_committed(10)
    door.close()
    opened = Thread(target=lambda: (insider.publish_orders(15, start=100), door.open()))
    opened.start()
    assert running.end(90).done()["consumed"] == 25
    opened.join()


def test_a_producer_whose_advertised_address_closes_names_it(
    outside: tuple[Work, Work], door: Door, dropship: Dropship
) -> None:
    insider, sent = outside
    door.open()
    dropship(*SEED).done()
    running = dropship.start(
        *("produce", "--mode", "stream", "--rate", "50", "--timeout", "4"), env=sent.env
    )

    def reached() -> int:
        return sum(mark.high for mark in insider.cluster.watermarks(insider.topic).values())

    wait_until(lambda: reached() > 10, seconds=40)
    door.close()
    ended = running.end(60)
    assert ended.code == 3
    assert door.address in said(ended)
    assert ended.record["failed"] > 0
    assert sum(entry["count"] for entry in ended.record["failures"]) == ended.record["failed"]


def test_what_each_event_weighs_is_over_the_limit_of_these_tests() -> None:
    assert len(event(1)) > 150
