"""What the looking panes read, on a real embedded broker and warehouse."""

import logging

import pytest
from confluent_kafka import Producer

from core.config.secrets import Redactor
from core.doctor.model import Status
from core.errors import BrokerError
from core.operations.desk import Desk
from core.operations.inforce import settings_in_force, sources
from core.operations.inspect import letters_of
from core.operations.logtail import LogTail
from core.operations.peek import KEPT_BYTES, Peek
from core.operations.replayed import Replayed
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
    peek = Peek(broker, TOPIC, GROUP, size=10)
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


@pytest.mark.slow
def test_looking_at_a_broker_that_is_gone_is_an_error_of_ours(broker):
    peek = Peek(broker, TOPIC, GROUP)
    peek.look()
    broker.close()
    with pytest.raises(BrokerError):
        peek.look()
    peek.close()


@pytest.fixture
def desk(settings):
    opened = Desk(settings)
    opened.open()
    until(lambda: opened.ready)
    yield opened
    opened.close()


@pytest.mark.slow
def test_dead_letters_are_listed_replayed_and_come_back(desk):
    desk.start_consumer()
    publish(desk._broker, [HOSTILE, b"{}", None])
    desk.explorer.look_at("letters")
    until(lambda: (found := desk.snapshot().explored.letters.value) and found.total == 3)
    letters = desk.snapshot().explored.letters.value.letters
    assert {one.letter.payload for one in letters} == {HOSTILE, b"{}", None}
    first = [one.letter.event_id for one in letters]
    assert [len(part) for part in letters_of(desk._warehouse, first)] == [3]
    assert desk.replay(first)
    until(lambda: desk.snapshot().explored.replay.result == Replayed(3, 3))

    def came_back():
        found = desk.snapshot().explored.letters.value
        return found.total == 3 and not {one.letter.event_id for one in found.letters} & set(first)

    until(came_back)


def test_the_warehouse_is_read_only_while_it_is_looked_at(desk):
    desk.explorer.look_at("warehouse")
    until(lambda: desk.snapshot().explored.inspection.value)
    found = desk.snapshot().explored.inspection.value
    assert found.tables[0].name == "orders_events"
    assert found.backlog == 0
    assert found.file_bytes > 0
    desk.explorer.look_at("")
    until(lambda: not desk.snapshot().explored.inspection.busy)
    poller = desk.explorer._pollers["warehouse"][0]
    until(lambda: poller.interval_s == 0 and not poller._wake.is_set())
    resting = desk.snapshot().explored.inspection.value
    assert resting is desk.snapshot().explored.inspection.value


def test_the_doctor_looks_at_the_warehouse_that_is_open_here(desk):
    assert desk.explorer.examine()
    until(lambda: not desk.snapshot().explored.doctor.running)
    found = {one.name: one.status for one in desk.snapshot().explored.doctor.result}
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
    rows = {row.name: row for row in settings_in_force(settings, sources(file, environ))}
    assert rows["KAFKA_TOPIC"].value == "shop"
    assert rows["KAFKA_TOPIC"].where.endswith("env:1")
    assert rows["LOG_LEVEL"].where == "environment"
    assert rows["SNOW_SCHEMA"].where == ""
    assert rows["KAFKA_CONF_SASL_PASSWORD"].value == "***"
    assert "s3cret" not in str(rows)
