"""What the looking panes read, on a real embedded broker and warehouse."""

import logging
from threading import Event

import pytest
from confluent_kafka import Producer

from core.config.secrets import Redactor
from core.doctor.model import Status
from core.errors import BrokerError
from core.operations.controller import Controller
from core.operations.effective_settings import effective_settings, sources
from core.operations.inspect import letters_of
from core.operations.logtail import LogTail
from core.operations.offset_target import OffsetTarget
from core.operations.replay_result import ReplayResult
from core.operations.tail_record import KEPT_BYTES
from core.operations.topic_peek import follow
from core.operations.topic_tail import TopicTail
from tests.support.consuming import HandClock
from tests.support.waiting import wait_until as until

TOPIC, GROUP = "orders_topic", "group"
HOSTILE = b"not json \x1b]52;c;aGk=\x07 [red] \xc2\x9b"


def publish(broker, values, partition=0):
    producer = Producer(broker.producer_config())
    for number, value in enumerate(values):
        producer.produce(TOPIC, value=value, key=b"k%d" % number, partition=partition)
    assert producer.flush(20) == 0


def test_the_newest_records_are_seen_and_no_group_is_touched(broker):
    publish(broker, [b"v%d" % number for number in range(30)])
    peek = TopicTail(broker, TOPIC, GROUP, size=10)
    assert [record.offset for record in peek.look()] == list(range(29, 19, -1))
    publish(broker, [b"w%d" % number for number in range(100)])
    seen = peek.look()
    assert [record.value for record in seen] == [b"w%d" % n for n in range(99, 89, -1)]
    publish(broker, [None, b"", b"x" * (KEPT_BYTES + 5)], partition=1)
    newest = peek.look()[:3]
    assert {(record.value or b"")[:1] for record in newest} == {b"", b"x"}
    assert max(record.size for record in newest) == KEPT_BYTES + 5
    assert max(len(record.value or b"") for record in newest) == KEPT_BYTES
    for group in (GROUP, f"{GROUP}-peek"):
        assert broker.committed(TOPIC, group) == {}
    peek.close()
    assert len(peek.look()) == 10
    peek.close()


def test_what_is_kept_is_bounded_however_many_partitions_there_are(broker):
    for partition in range(3):
        publish(broker, [b"v"] * 40, partition)
    peek = TopicTail(broker, TOPIC, GROUP, size=5)
    assert len(peek.look()) == 5
    assert sum(len(kept) for kept in peek._kept.values()) == 5
    only = TopicTail(broker, TOPIC, GROUP, size=5, only=1)
    assert [(one.partition, one.offset) for one in only.look()] == [
        (1, n) for n in range(39, 34, -1)
    ]
    peek.close()
    only.close()


def test_a_live_look_tells_what_fails_beside_what_was_seen_and_goes_on(broker):
    publish(broker, [b"v"] * 3)
    stop, shown, asked = Event(), [], []

    def find():
        asked.append(None)
        if len(asked) == 2:
            raise BrokerError("away", hint="wait")
        return broker

    def show(found):
        shown.append((len(found.records), found.error, found.hint, found.live))
        if len(shown) == 3:
            stop.set()

    target = OffsetTarget("end")
    clock = HandClock()
    follow(find, TOPIC, GROUP, target, stop, clock=clock, show=show, text=lambda _value: None)
    assert shown == [(3, "", "", True), (3, "away", "wait", True), (3, "", "", True)]
    assert clock.waits[1] > clock.waits[0]


@pytest.mark.slow
def test_looking_at_a_broker_that_is_gone_is_an_error_of_ours(broker):
    peek = TopicTail(broker, TOPIC, GROUP)
    peek.look()
    broker.close()
    with pytest.raises(BrokerError):
        peek.look()
    peek.close()


@pytest.fixture
def controller(settings):
    opened = Controller(settings)
    opened.open()
    until(lambda: opened.ready)
    yield opened
    opened.close()


@pytest.mark.slow
def test_dead_letters_are_listed_replayed_and_come_back(controller):
    controller.start_consumer()
    publish(controller._broker, [HOSTILE, b"{}", None])
    controller.explorer.look_at("letters")
    until(lambda: (found := controller.snapshot().explored.letters.value) and found.total == 3)
    letters = controller.snapshot().explored.letters.value.letters
    assert {one.letter.payload for one in letters} == {HOSTILE, b"{}", None}
    first = [one.letter.event_id for one in letters]
    assert [len(part) for part in letters_of(controller._warehouse, first)] == [3]
    assert controller.replay(first)
    until(lambda: controller.snapshot().explored.replay.result == ReplayResult(3, 3))

    def came_back():
        found = controller.snapshot().explored.letters.value
        return found.total == 3 and not {one.letter.event_id for one in found.letters} & set(first)

    until(came_back)


def test_the_warehouse_is_read_only_while_it_is_looked_at(controller):
    controller.explorer.look_at("warehouse")
    until(lambda: controller.snapshot().explored.inspection.value)
    found = controller.snapshot().explored.inspection.value
    assert found.tables[0].name == "orders_events"
    assert found.backlog == 0
    assert found.file_bytes > 0
    controller.explorer.look_at("")
    until(lambda: not controller.snapshot().explored.inspection.busy)
    poller = controller.explorer._pollers["warehouse"][0]
    until(lambda: poller.interval_s == 0 and not poller._wake.is_set())
    resting = controller.snapshot().explored.inspection.value
    assert resting is controller.snapshot().explored.inspection.value


def test_the_doctor_looks_at_the_warehouse_that_is_open_here(controller):
    assert controller.explorer.examine()
    until(lambda: not controller.snapshot().explored.doctor.running)
    found = {one.name: one.status for one in controller.snapshot().explored.doctor.result}
    assert found["warehouse"] is found["tables"] is found["offsets"] is Status.OK
    assert found["encoding"] is Status.OK


def test_the_log_is_kept_masked_harmless_and_bounded():
    tail = LogTail(Redactor(["s3cret-word"]), size=3)
    tail.begin()
    try:
        log = logging.getLogger("test.tail")
        for number in range(5):
            log.warning(
                "n%d s3cret-word \x1b[31m", number, extra={"bytes_": b"\x9b", "s": "s3cret-word"}
            )
        kept = tail.latest
        assert tail.latest is kept
        assert [entry.message[:2] for entry in kept] == ["n2", "n3", "n4"]
        assert not {"\x1b", "\x9b"} & set(str(kept))
        assert "s3cret" not in str(kept)
        try:
            int("s3cret-word")
        except ValueError:
            log.exception("failed")
        assert any("ValueError" in part for part in tail.latest[-1].trace)
        assert "s3cret" not in str(tail.latest)
    finally:
        tail.end()
    log.warning("after")
    assert tail.latest[-1].message == "failed"


def test_settings_show_where_they_come_from_and_no_secret(tmp_path):
    from core.config.load import load_settings

    file = tmp_path / "env"
    file.write_text("KAFKA_TOPIC=shop\nKAFKA_CONF_SASL_PASSWORD=s3cret-word\n")
    file.chmod(0o600)
    environ = {"LOG_LEVEL": "DEBUG"}
    settings = load_settings(env_file=file, environ=environ, data_dir=tmp_path)
    rows = {row.name: row for row in effective_settings(settings, sources(file, environ))}
    assert rows["KAFKA_TOPIC"].value == "shop"
    assert rows["KAFKA_TOPIC"].where.endswith("env:1")
    assert rows["LOG_LEVEL"].where == "environment"
    assert rows["SNOW_SCHEMA"].where == ""
    assert rows["KAFKA_CONF_SASL_PASSWORD"].value == "***"
    assert "s3cret" not in str(rows)
    given = {name for name, row in rows.items() if row.by_option}
    assert given == {"--data-dir"}
    settings = load_settings(environ={}, reports_dir=tmp_path, timeout_s=77.0)
    rows = {row.name: row for row in effective_settings(settings, {})}
    given = {name for name, row in rows.items() if row.by_option}
    assert given == {"--timeout", "DROPSHIP_REPORTS_DIR"}
    assert rows["DROPSHIP_REPORTS_DIR"].fixed
