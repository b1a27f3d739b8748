"""Every job as a real command against a real cluster, and the topic made with consent only."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.support.events import ODD_HEADERS
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import Work
from tests.support.metrics import scrape, total
from tests.support.oracle import check_exactly_once
from tests.support.processes import Dropship
from tests.support.waiting import wait_until

SMALL = ("--customers", "50", "--products", "20", "--orders", "300")
PROTOCOLS = {
    "classic": {},
    "cooperative": {"KAFKA_CONF_PARTITION_ASSIGNMENT_STRATEGY": "cooperative-sticky"},
    "consumer": {"KAFKA_CONF_GROUP_PROTOCOL": "consumer"},
}
CONSENT = {"KAFKA_TOPIC_PARTITIONS": "4", "KAFKA_TOPIC_REPLICATION": "1"}


def exists(work: Work) -> bool:
    return work.topic in work.admin.list_topics(timeout=10).topics


def check_all_stored(dropship: Dropship, work: Work) -> None:
    with dropship.warehouse() as warehouse:
        check_exactly_once(work.cluster, warehouse, work.topic, work.group)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_pipeline_makes_its_topic_and_stores_everything_once(
    protocol: str, work: Work, dropship: Dropship
) -> None:
    env = work.env | CONSENT | PROTOCOLS[protocol]
    done = dropship("pipeline", *SMALL, "--duplicates", "0.1", env=env).done()
    assert done["backend"] == {"broker": "kafka", "warehouse": "duckdb"}
    assert len(work.cluster.partitions(work.topic)) == 4
    assert done["consume"]["consumed"] == done["produce"]["acked"] >= 300
    assert done["consume"]["gaps"] == done["consume"]["lag"] == 0
    assert done["kpis"]["total_orders"] == 300
    assert done["validate"]["checks"]["reconciliation"]["status"] == "PASS"
    check_all_stored(dropship, work)
    again = dropship("pipeline", *SMALL, env=env).done()
    assert (again["kpis"]["total_orders"], again["consume"]["consumed"]) == (300, 300)
    check_all_stored(dropship, work)


def test_the_jobs_one_by_one(work: Work, dropship: Dropship) -> None:
    env = work.env | CONSENT
    dropship("seed", *SMALL).done()
    made = dropship("setup", env=env).done()
    assert made["topic"] == {"name": work.topic, "partitions": 4, "created": True}
    assert dropship("load", env=env).done()["customers"] == 50
    sent = dropship("produce", "--rate", "0", "--poison", "0.05", env=env).done()
    assert (sent["acked"], sent["failed"]) == (sent["sent"], 0)
    poison = sent["injected"]["poison"]
    assert poison > 0
    read = dropship("consume", "--until-caught-up", env=env).done()
    assert (read["consumed"], read["dead_lettered"], read["lag"]) == (sent["sent"], poison, 0)
    merged = dropship("transform", env=env).done()
    assert merged["inserted"] == read["inserted"]
    checked = dropship("validate", env=env).record
    assert checked["checks"]["reconciliation"]["status"] == "PASS"
    assert dropship("kpis", env=env).done()["total_orders"] == merged["inserted"]
    replayed = dropship("dlq", "--replay", "--yes", env=env).done()
    assert replayed["replayed"] == poison
    again = dropship("consume", "--until-caught-up", env=env).done()
    assert (again["consumed"], again["notices"]) == (poison, [])
    doctor = dropship("doctor", env=env).record
    assert {check["name"]: check["status"] for check in doctor["checks"]}["broker"] == "ok"
    check_all_stored(dropship, work)


@pytest.mark.parametrize("job", ["setup", "produce", "pipeline"])
def test_without_consent_a_missing_topic_is_told_and_not_made(
    job: str, work: Work, dropship: Dropship
) -> None:
    """The cluster itself would make it at the first request: a broker's default."""
    dropship("seed", *SMALL).done()
    options = SMALL if job == "pipeline" else ()
    ended = dropship(job, *options, env=work.env)
    assert ended.code == 3
    error = ended.record["error"]
    assert f"topic {work.topic} does not exist" in error["message"]
    assert "KAFKA_TOPIC_PARTITIONS" in error["hint"]
    assert not exists(work)


def test_setup_shows_the_topic_and_makes_it_once(work: Work, dropship: Dropship) -> None:
    env = work.env | CONSENT
    shown = dropship("setup", "--print", env=env).done()
    assert f"topic {work.topic}, partitions 4, copies 1" in shown["statements"][-1]
    assert not exists(work)
    assert dropship("setup", env=env).done()["topic"]["created"] is True
    again = dropship("setup", env=env | {"KAFKA_TOPIC_PARTITIONS": "9"}).done()
    assert again["topic"] == {"name": work.topic, "partitions": 4, "created": False}


def test_more_copies_than_brokers_is_an_error_of_one_line(work: Work, dropship: Dropship) -> None:
    env = work.env | {"KAFKA_TOPIC_PARTITIONS": "2", "KAFKA_TOPIC_REPLICATION": "3"}
    ended = dropship("setup", env=env)
    assert ended.code == 2
    assert "creating topic" in ended.record["error"]["message"]
    assert "KAFKA_TOPIC_REPLICATION" in ended.record["error"]["hint"]
    assert not exists(work)


def test_a_consumer_waits_for_its_topic(work: Work, dropship: Dropship, node: KafkaCluster) -> None:
    consumer = dropship.start("consume", "--limit", "5", env=work.env)
    consumer.says("topic")
    work.make_topic(1)
    work.publish_orders(5)
    assert consumer.end().done()["consumed"] == 5


def test_two_data_folders_with_groups_of_their_own_each_store_everything(
    work: Work, works: Callable[..., Work], tmp_path: Path, dropship: Dropship
) -> None:
    """How other processes, each with a DuckDB file, share a topic."""
    work.make_topic(3)
    work.publish_orders(100)
    for name in ("one", "two"):
        env = work.env | {"KAFKA_GROUP_ID": name}
        read = dropship("consume", "--until-caught-up", "--data-dir", name, env=env).done()
        assert read["consumed"] == 100


def test_a_topic_that_was_made_again_raises_an_alert(work: Work, dropship: Dropship) -> None:
    work.make_topic(1)
    work.publish_orders(5)
    assert dropship("consume", "--until-caught-up", env=work.env).done()["consumed"] == 5
    work.delete_topic()
    work.make_topic(1)
    work.publish_orders(3)
    running = dropship.start("consume", "--metrics-port", "0", env=work.env)
    log = dropship.paths.log_file
    wait_until(lambda: '"alert": "topic"' in log.read_text(encoding="utf-8"), seconds=40)
    running.says("metrics at ")
    url = running.err.split("metrics at ")[1].split()[0]
    assert scrape(url)["dropship_alert_level", (("rule", "topic"),)] == 2
    assert total(scrape(url), "dropship_consumer_notices_total") == 1
    running.signal(signal.SIGTERM)
    ended = running.end()
    assert (ended.code, len(ended.record["notices"])) == (143, 1)
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    raised = [line for line in lines if line.get("alert") == "topic"]
    assert [line["alert_level"] for line in raised] == ["BAD"]
    assert "deleted and made again" in raised[0]["message"]


def test_dead_letters_keep_and_replay_odd_headers_byte_for_byte(
    work: Work, dropship: Dropship
) -> None:
    work.make_topic(1)
    client = Producer(work.cluster.producer_config())
    client.produce(work.topic, b"{\xff", key=b"\x00\x1b", headers=list(ODD_HEADERS))
    assert client.flush(30) == 0
    dropship("consume", "--until-caught-up", env=work.env).done()
    assert dropship("dlq", "--replay", "--yes", env=work.env).done()["replayed"] == 1
    dropship("consume", "--until-caught-up", env=work.env).done()
    with dropship.warehouse() as warehouse:
        (again,) = warehouse.dead_letters()
    assert (again.offset, again.key, again.payload) == (1, b"\x00\x1b", b"{\xff")
    assert again.headers == (*ODD_HEADERS, ("dropship-redeliveries", b"1"))
