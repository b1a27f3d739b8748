"""The table of rights in docs/kafka.md: enough as it stands, and each one needed and named."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.broker.cluster import Cluster
from core.errors import BrokerError
from core.operations.topic_tail import TopicTail
from tests.support.events import event
from tests.support.kafka_rights import LOGIN, PASSWORD, Right, Rights, guarded_node
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import BRISK, Work
from tests.support.processes import Dropship, Ended
from tests.support.waiting import wait_until

DOCS = Path(__file__).parents[2] / "docs" / "kafka.md"
CONSUME = ("consume", "--until-caught-up", "--timeout", "20")
PRODUCE = ("produce", "--rate", "0", "--timeout", "20")
REPLAY = ("dlq", "--replay", "--yes", "--timeout", "20")


@pytest.fixture(scope="module")
def guarded(kafka_here: None) -> Iterator[KafkaCluster]:
    with guarded_node() as cluster:
        yield cluster


@dataclass
class Clerk:
    """A user who may do what `rights` gives, and the topic that somebody else made."""

    insider: Work
    outside: Work
    rights: Rights
    dropship: Dropship

    def right(self, operation: str, on: str) -> Right:
        named = {"topic": self.insider.topic, "group": self.insider.group}
        return Right(operation, on, named[on]) if on in named else Right(operation, on)

    def all_but(self, *missing: tuple[str, str]) -> None:
        """Give what the table lists for consume and produce, except these."""
        table = [("READ", "topic"), ("WRITE", "topic"), ("READ", "group")]
        self.give(entry for entry in table if entry not in missing)

    def give(self, wanted: Iterable[tuple[str, str]]) -> None:
        self.rights.only([self.right(operation, on) for operation, on in wanted])

    def run(self, *arguments: str, **env: str) -> Ended:
        ended = self.dropship(*arguments, env={**self.outside.env, **env})
        log = self.dropship.paths.log_file.read_text(encoding="utf-8")
        assert PASSWORD not in ended.out + ended.err + log
        return ended


@pytest.fixture
def clerk(guarded: KafkaCluster, works: Callable[..., Work], dropship: Dropship) -> Iterator[Clerk]:
    insider = works(guarded.bootstrap_servers)
    insider.make_topic(2)
    outside = replace(insider, servers=guarded.servers("SCRAM"), settings={**BRISK, **LOGIN})
    made = Clerk(insider, outside, Rights(guarded), dropship)
    made.rights.only([])
    dropship("seed", "--customers", "20", "--products", "10", "--orders", "30").done()
    yield made
    outside.close()


def refused(ended: Ended, *words: str) -> None:
    """Fail unless a job ended at once with exit code 3 and named the right."""
    assert ended.code == 3, ended.err or ended.out
    error = ended.record["error"]
    assert error["kind"] == "broker"
    said = f"{error['message']} | {error['hint']}"
    for word in words:
        assert word in said, said
    for wrong in ("does not exist", "KAFKA_BOOTSTRAP_SERVERS", "None/", "internal"):
        assert wrong not in said, said
    assert ended.record["elapsed_s"] < 8, "it waited"


def topic_check(ended: Ended) -> dict[str, str]:
    """Return what the doctor found about the topic."""
    (found,) = [entry for entry in ended.record["checks"] if entry["name"] == "topic"]
    return dict(found)


def test_the_table_is_enough_for_every_job(clerk: Clerk) -> None:
    clerk.all_but()
    clerk.insider.publish([b"no json", event(900)])
    assert clerk.run(*PRODUCE).done()["acked"] == 30
    consumed = clerk.run(*CONSUME).done()
    assert (consumed["consumed"], consumed["dead_lettered"], consumed["lag"]) == (32, 1, 0)
    assert clerk.run(*REPLAY).done()["replayed"] == 1
    clerk.run("setup").done()
    clerk.run("transform").done()
    checks = clerk.run("validate").record["checks"]
    assert checks["reconciliation"]["status"] != "ERROR"
    assert topic_check(clerk.run("doctor"))["status"] == "ok"
    small = ("--customers", "20", "--products", "10", "--orders", "30")
    assert clerk.run("pipeline", *small).record["consume"]["consumed"] == 31


def test_the_table_lists_these_rights() -> None:
    """What the other tests give and withdraw is what the page says."""
    section = DOCS.read_text(encoding="utf-8").split("## Rights")[1].split("\n## ")[0]
    rows = re.findall(r"^\| the (\w+) \| ([^|]+) \|", section, re.MULTILINE)
    assert {(on, name.strip()) for on, names in rows for name in names.split(",")} == {
        ("topic", "Describe"),
        ("topic", "Read"),
        ("topic", "Write"),
        ("topic", "Create"),
        ("group", "Describe"),
        ("group", "Read"),
        ("cluster", "IdempotentWrite"),
    }


def test_without_write_produce_and_replay_say_so(clerk: Clerk) -> None:
    clerk.all_but(("WRITE", "topic"))
    clerk.insider.publish([b"no json"])
    named = f"Write on topic {clerk.insider.topic[:60]}"
    refused(clerk.run(*PRODUCE), named)
    clerk.run(*CONSUME).done()
    refused(clerk.run(*REPLAY), named)
    found = topic_check(clerk.run("doctor"))
    assert found["status"] == "warn"
    assert named in found["hint"]


def test_without_write_on_this_topic_alone_it_is_the_same(clerk: Clerk) -> None:
    """A user who may write elsewhere gets a producer id, and each record is refused."""
    clerk.all_but(("WRITE", "topic"))
    clerk.rights.only(
        [clerk.right("READ", "topic"), clerk.right("READ", "group"), Right("WRITE", "topic", "x")]
    )
    ended = clerk.run(*PRODUCE)
    refused(ended, f"Write on topic {clerk.insider.topic[:60]}", "30 events were not delivered")
    (failure,) = ended.record["failures"]
    assert (failure["count"], "authorization" in failure["reason"]) == (30, True)


def test_without_write_the_first_refusal_ends_it(clerk: Clerk) -> None:
    """The events that are left would be refused one by one."""
    clerk.rights.only(
        [clerk.right("READ", "topic"), clerk.right("READ", "group"), Right("WRITE", "topic", "x")]
    )
    stream = ("produce", "--mode", "stream", "--rate", "50", "--duration", "15", "--timeout", "20")
    for more in ((), ("--max-bad", "1000000")):
        ended = clerk.run(*stream, *more)
        refused(ended, f"Write on topic {clerk.insider.topic[:60]}", "not delivered")
        assert 0 < ended.record["failed"] == ended.record["sent"] < 400
        assert ended.record["acked"] == ends(clerk.insider) == 0


def test_write_withdrawn_in_mid_run_is_a_reason_with_a_count(clerk: Clerk) -> None:
    clerk.all_but()
    running = clerk.dropship.start(
        *("produce", "--mode", "stream", "--rate", "50", "--timeout", "20"),
        env=clerk.outside.env,
    )
    wait_until(lambda: ends(clerk.insider) >= 20, seconds=40)
    clerk.rights.withdraw(clerk.right("WRITE", "topic"))
    running.says("not delivered")
    ended = running.end()
    assert ended.code == 1, ended.err
    failures = ended.record["failures"]
    assert sum(entry["count"] for entry in failures) == ended.record["failed"] > 0
    assert ended.record["acked"] == ends(clerk.insider)
    assert any("Topic authorization failed" in entry["reason"] for entry in failures)
    assert any("Write on topic" in entry["hint"] for entry in failures)
    assert "Topic authorization failed" in clerk.dropship.paths.log_file.read_text("utf-8")


def ends(work: Work) -> int:
    """Return how many records the topic was given."""
    return sum(mark.high for mark in work.cluster.watermarks(work.topic).values())


def test_without_read_on_the_topic_consume_says_so(clerk: Clerk) -> None:
    clerk.give([("DESCRIBE", "topic"), ("WRITE", "topic"), ("READ", "group")])
    clerk.insider.publish_orders(5)
    named = f"Read on topic {clerk.insider.topic[:60]}"
    refused(clerk.run(*CONSUME), named)
    assert clerk.run(*PRODUCE).done()["acked"] == 30
    assert named in topic_check(clerk.run("doctor"))["hint"]


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
@pytest.mark.parametrize("left", [[], [("DESCRIBE", "group")]])
def test_without_read_on_the_group_consume_says_so(
    clerk: Clerk, left: list[tuple[str, str]], protocol: str
) -> None:
    clerk.give([("READ", "topic"), ("WRITE", "topic"), *left])
    clerk.insider.publish_orders(5)
    group = clerk.insider.group[:60]
    ended = clerk.run(*CONSUME, KAFKA_CONF_GROUP_PROTOCOL=protocol)
    refused(ended, f"Read on group {group}")
    found = topic_check(clerk.run("doctor"))
    assert found["status"] in {"warn", "fail"}
    assert f"on group {group}" in found["hint"]


def test_a_topic_that_we_may_not_see_is_not_called_absent(clerk: Clerk) -> None:
    clerk.give([("READ", "group")])
    named = f"Describe on topic {clerk.insider.topic[:60]}"
    for job in (PRODUCE, CONSUME, ("setup", "--timeout", "20")):
        refused(clerk.run(*job), named)
    small = ("--customers", "20", "--products", "10", "--orders", "30", "--timeout", "20")
    refused(clerk.run("pipeline", *small), named)
    found = topic_check(clerk.run("doctor"))
    assert (found["status"], named in found["hint"]) == ("fail", True)


def test_describe_is_enough_to_watch(clerk: Clerk) -> None:
    clerk.insider.publish_orders(5)
    clerk.give([("DESCRIBE", "topic"), ("DESCRIBE", "group")])
    clerk.run("setup").done()
    checks = clerk.run("validate").record["checks"]
    assert checks["reconciliation"]["status"] != "ERROR"
    found = topic_check(clerk.run("doctor"))
    for named in ("Read on topic", "Write on topic", "Read on group"):
        assert named in found["hint"]


def test_read_on_the_topic_is_enough_to_look_at_events_and_needed(clerk: Clerk) -> None:
    clerk.insider.publish_orders(5)
    cluster = Cluster(clerk.outside.servers, extra=clerk.outside.settings)
    with ExitStack() as stack:
        stack.callback(cluster.close)
        clerk.give([("DESCRIBE", "topic")])
        refused_look = TopicTail(cluster, clerk.insider.topic, clerk.insider.group, size=5)
        stack.callback(refused_look.close)
        with pytest.raises(BrokerError) as caught:
            wait_until(lambda: len(refused_look.look()) == 5)
        assert f"Read on topic {clerk.insider.topic[:60]}" in caught.value.hint
        clerk.give([("READ", "topic")])
        look = TopicTail(cluster, clerk.insider.topic, clerk.insider.group, size=5)
        stack.callback(look.close)
        wait_until(lambda: len(look.look()) == 5)


def test_create_is_needed_to_make_the_topic_only(clerk: Clerk) -> None:
    clerk.insider.delete_topic()
    clerk.give([("DESCRIBE", "topic")])
    consent = {"KAFKA_TOPIC_PARTITIONS": "2"}

    def asked() -> Ended:
        return clerk.run("setup", "--timeout", "20", **consent)

    refused(asked(), f"Create on topic {clerk.insider.topic[:60]}")
    clerk.give([("DESCRIBE", "topic"), ("CREATE", "topic")])
    assert asked().done()["topic"]["created"] is True
    clerk.give([("DESCRIBE", "topic")])
    assert asked().done()["topic"]["created"] is False
