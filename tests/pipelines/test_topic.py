"""`init` over a topic: spread over partitions and offsets, with message keys, and to be ended."""

import json
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from confluent_kafka import Producer

from core.broker.base import Watermark
from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.config import Settings
from core.errors import BrokerError, CancelledError, InputError
from core.inference.topic import TopicSample, plan_windows
from core.jobs import init
from core.jobs.base import JobContext
from core.pipeline import open_pipeline
from core.progress import NoProgress, never_cancelled
from tests.pipelines.conftest import Init
from tests.pipelines.samples import Record, records

TOPIC = "foreign"


def publish(broker: Cluster, stream: list[Record], topic: str = TOPIC) -> None:
    """Publish records with the plain client, parted by their keys."""
    producer = Producer({"bootstrap.servers": broker.bootstrap_servers})
    for key, value in stream:
        producer.produce(topic, value, key=key)
        producer.poll(0)
    assert producer.flush(20) == 0


def test_a_topic_that_is_small_is_read_whole(
    broker: Cluster, init_job: Init, tmp_path: Path
) -> None:
    publish(broker, records("accounts", 500))
    result = init_job(name=str(tmp_path / "accounts"), from_topic=TOPIC)
    told = result.fields()
    assert (told["sampled"], told["key"], told["time"]) == (500, "after.account_id", "source.ts_ms")
    definition = open_pipeline(str(tmp_path / "accounts")).definition
    assert definition.topic.name == TOPIC
    text = (tmp_path / "accounts" / "pipeline.toml").read_text("utf-8")
    assert "# it is the key of the messages\n" in text


def test_the_key_of_the_messages_is_the_key_unless_another_is_asked_for(
    broker: Cluster, init_job: Init, tmp_path: Path
) -> None:
    publish(broker, records("iot", 300))
    devices = init_job(name=str(tmp_path / "devices"), from_topic=TOPIC)
    assert devices.fields()["key"] == "device.id"
    text = (tmp_path / "devices" / "pipeline.toml").read_text("utf-8")
    assert "# with readingId as the key, every event would be a row\n" in text
    readings = init_job(name=str(tmp_path / "readings"), from_topic=TOPIC, key="readingId")
    assert readings.fields()["key"] == "readingId"


def test_a_name_of_something_else_is_no_key_though_messages_have_it(
    broker: Cluster, init_job: Init, tmp_path: Path
) -> None:
    publish(broker, records("repository", 300))
    result = init_job(name=str(tmp_path / "repository"), from_topic=TOPIC)
    assert result.fields()["key"] == "id"


def test_a_large_topic_is_sampled_from_its_first_to_its_last_record(
    broker: Cluster,
) -> None:
    stream = [(b"%d" % (n % 97), json.dumps({"n": n}).encode()) for n in range(6_000)]
    publish(broker, stream)
    marks = broker.watermarks(TOPIC)
    read = [sampled(broker, 1_000), sampled(broker, 1_000)]
    assert read[0] == read[1]
    places: dict[int, list[int]] = {}
    for where in read[0]:
        _topic, partition, offset = where.split("/")
        places.setdefault(int(partition), []).append(int(offset))
    assert 1_000 <= len(read[0]) <= 1_000 + len(marks)
    for partition, mark in marks.items():
        seen = sorted(places.get(partition, []))
        if not seen:
            assert mark.high == mark.low
            continue
        assert (seen[0], seen[-1]) == (mark.low, mark.high - 1)
        gaps = [later - earlier for earlier, later in pairwise(seen)]
        assert min(gaps) > 0
        assert max(gaps) <= (mark.high - mark.low) / 5  # no two tenths are left out
        assert len(seen) == pytest.approx(1_000 * mark.high / 6_000, abs=1)


def sampled(broker: Cluster, size: int) -> list[str]:
    """The places of the records of one sample, as they come."""
    sample = TopicSample(broker, TOPIC, size, clock=SystemClock(), timeout_s=10)
    return [record.where for record in sample.records(never_cancelled)]


def test_windows_cover_a_small_topic_and_nothing_of_an_empty_partition() -> None:
    rounds = plan_windows({0: Watermark(5, 9), 1: Watermark(3, 3), 2: Watermark(0, 4, 2)}, 100)
    assert [[(w.partition, w.at, w.stop, w.want) for w in row] for row in rounds] == [
        [(0, 5, 9, 4), (2, 0, 2, 2)]  # what is not committed is not read
    ]
    assert plan_windows({0: Watermark(3, 3)}, 100) == []


def test_a_topic_without_events_is_told_with_why(
    broker: Cluster, init_job: Init, tmp_path: Path
) -> None:
    publish(broker, [(b"k", b"\xff\xfe"), (b"k", b"[1]")])
    with pytest.raises(InputError, match=r"no record holds an event .*not UTF-8.*no object"):
        init_job(name=str(tmp_path / "none"), from_topic=TOPIC)
    assert not (tmp_path / "none").exists()


def test_a_partition_that_stays_silent_is_told(broker: Cluster) -> None:
    publish(broker, records("accounts", 10))
    sample = TopicSample(broker, TOPIC, 100, clock=SystemClock(), timeout_s=0.5)
    broker.close()
    with pytest.raises(
        BrokerError, match=rf"topic {TOPIC}: nothing came from partition \d+"
    ) as error:
        list(sample.records(never_cancelled))
    assert error.value.transient


class StopsAtOnce(NoProgress):
    """Wants an end as soon as anything was done."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def update(self, task: str, done: int, note: str = "") -> None:  # noqa: ARG002
        self._stop.set()


def test_what_is_ended_early_writes_nothing(
    broker: Cluster, settings: Settings, tmp_path: Path
) -> None:
    publish(broker, records("accounts", 500))
    stop = Event()

    context = JobContext(settings, progress=StopsAtOnce(stop), stop=stop)
    options = init.Options(name=str(tmp_path / "accounts"), from_topic=TOPIC)
    with pytest.raises(CancelledError, match="nothing was written"):
        init.run(context, options)
    assert not (tmp_path / "accounts").exists()
