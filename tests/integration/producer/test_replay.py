"""Replays, streams, faults and live control against a real embedded broker."""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka import Producer

from core.broker.cluster import Cluster
from core.config import Settings
from core.errors import InputError, UsageError
from core.workers import RunState
from tests.integration.producer.running import finished, orders_file, reading, running, worker
from tests.support.decoding import decode_batch
from tests.support.waiting import wait_until

PROMPT_S = 1.0
"""Commands act within 0.2 s on an idle machine; the rest is for a busy one."""


def test_a_replay_delivers_every_row_once_under_the_orders_id(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 3_000)
    before = datetime.now(UTC)
    last = finished(worker(broker, settings, rate=0))
    assert (last.state, last.sent, last.acked, last.failed) == (RunState.STOPPED, 3_000, 3_000, 0)
    assert last.fraction == 1
    with reading(broker, settings) as reader:
        reader.read_until(lambda: len(reader.messages) >= 3_000)
        assert Counter(reader.order_ids) == {f"ORDER_{n:06d}": 1 for n in range(1, 3_001)}
        values = [message.value() or b"" for message in reader.messages]
        keys = [message.key() or b"" for message in reader.messages]
    assert decode_batch(values).rejected == []
    assert [json.loads(value)["order"]["id"].encode() for value in values] == keys
    assert last.bytes == sum(map(len, values)) + sum(map(len, keys))
    stamps = [datetime.fromisoformat(json.loads(value)["timestamp"]) for value in values]
    assert all(-1 < (stamp - before).total_seconds() < 30 for stamp in stamps)


def test_a_second_replay_gives_the_same_orders_in_the_same_partitions(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 500)
    for _run in range(2):
        finished(worker(broker, settings, rate=0))
    with reading(broker, settings) as reader:
        reader.read_until(lambda: len(reader.messages) >= 1_000)
        assert set(Counter(reader.order_ids).values()) == {2}
        places = {(message.key(), message.partition()) for message in reader.messages}
    assert len(places) == 500


def test_keys_go_where_any_client_of_librdkafka_puts_them(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 200)
    assert finished(worker(broker, settings, rate=0)).acked == 200
    other = Producer(broker.producer_config())
    for number in range(1, 201):
        other.produce(settings.kafka.topic, b"{}", b"ORDER_%06d" % number)
    other.flush(10)
    with reading(broker, settings) as reader:
        reader.read_until(lambda: len(reader.messages) >= 400)
        places = {(message.key(), message.partition()) for message in reader.messages}
    assert len(places) == 200


def test_bad_rows_are_counted_and_the_first_ten_named(broker: Cluster, settings: Settings) -> None:
    file = orders_file(settings, 20) / "orders.csv"
    file.write_bytes(file.read_bytes() + b"bad\n" * 15)
    last = finished(worker(broker, settings, rate=0))
    assert (last.sent, last.acked, last.rejected) == (20, 20, 15)
    assert [row.line for row in last.rejected_rows] == list(range(22, 32))


def test_a_missing_file_ends_the_producer_with_its_error(
    broker: Cluster, settings: Settings
) -> None:
    producer = worker(broker, settings, rate=0)
    with pytest.raises(InputError, match=r"orders\.csv|seed"):
        finished(producer)
    last = producer.snapshot()
    assert last.state is RunState.FAILED
    assert "seed" in last.error
    assert last.hint


def test_injected_faults_are_on_the_topic_as_the_answer_key_says(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 1_000)
    last = finished(
        worker(broker, settings, rate=0, duplicates=0.1, late=0.1, poison=0.05, seed=11)
    )
    answers = [json.loads(text) for text in Path(last.answer_key).read_text().splitlines()]
    kinds = Counter(answer["kind"] for answer in answers)
    assert dict(last.injected) == dict(kinds)
    assert last.sent == last.acked == 1_000 + sum(kinds.values())
    with reading(broker, settings) as reader:
        reader.read_until(lambda: len(reader.messages) >= last.sent)
        messages = reader.messages
    decoded = decode_batch([message.value() for message in messages])
    reasons = Counter(
        ((messages[one.index].key() or b"").decode(), one.reason) for one in decoded.rejected
    )
    wanted = Counter(
        (answer["order_id"], answer["reason"]) for answer in answers if answer["kind"] == "poison"
    )
    assert reasons == wanted
    versions: dict[str, list[str]] = {}
    for index in decoded.good:
        order = json.loads(messages[index].value() or b"")["order"]
        versions.setdefault(order["id"], []).append(order["sold_at"])
    for answer in answers:
        if answer["kind"] == "late":
            times = versions[answer["order_id"]]
            assert times.index(answer["newer_sold_at"]) < times.index(answer["sold_at"])
        if answer["kind"] == "duplicates":
            times = versions[answer["order_id"]]
            assert times.count(max(times)) == 2


def test_a_rate_is_kept_and_can_be_changed_while_running(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 50_000)
    last = finished(worker(broker, settings, rate=2_000, duration_s=1.0))
    assert last.sent == last.acked == pytest.approx(2_000, rel=0.005)
    assert last.rate_actual == pytest.approx(2_000, rel=0.005)
    with running(worker(broker, settings, rate=1)) as producer:
        wait_until(lambda: producer.snapshot().state is RunState.RUNNING)
        assert producer.snapshot().sent <= 1
        producer.set_rate(5_000)
        producer.set_profile("burst")
        wait_until(lambda: producer.snapshot().sent > 500)
        now = producer.snapshot()
        assert (now.rate_target, now.profile) == (5_000, "burst")
        with pytest.raises(UsageError, match="--rate"):
            producer.set_rate(-1)
        with pytest.raises(UsageError, match="--profile"):
            producer.set_profile("none")  # type: ignore[arg-type]


def test_the_first_event_waits_for_nothing_and_its_slot_counts(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 5)
    last = finished(worker(broker, settings, rate=0.01, limit=1))
    assert (last.sent, last.acked) == (1, 1)
    assert last.rate_actual == pytest.approx(0.01, rel=0.01)


def test_commands_act_at_once(broker: Cluster, settings: Settings) -> None:
    orders_file(settings, 50_000)
    producer = worker(broker, settings, rate=1_000)
    with running(producer):
        wait_until(lambda: producer.snapshot().sent > 20)
        producer.pause()
        wait_until(lambda: producer.snapshot().state is RunState.PAUSED, seconds=PROMPT_S)
        held_at = producer.snapshot().sent
        asked = time.monotonic()
        wait_until(lambda: time.monotonic() > asked + 0.6)
        assert producer.snapshot().sent == held_at
        producer.resume()
        wait_until(lambda: producer.snapshot().state is RunState.RUNNING, seconds=PROMPT_S)
        wait_until(lambda: producer.snapshot().sent > held_at, seconds=PROMPT_S)
        assert producer.snapshot().sent < held_at + 450
        producer.stop()
        assert producer.join(PROMPT_S)
    last = producer.snapshot()
    assert last.state is RunState.STOPPED
    assert last.sent == last.acked > 0
    assert last.waiting == 0


def test_a_stream_needs_a_catalogue_and_ends_at_its_limit(
    broker: Cluster, settings: Settings
) -> None:
    with pytest.raises(InputError):
        finished(worker(broker, settings, mode="stream", limit=5))
    settings.paths.seed.mkdir(parents=True)
    (settings.paths.seed / "customers.csv").write_text(
        "id,name,email,city,country\nCUST_000001,A,a@example.fr,Lyon,France\n"
    )
    (settings.paths.seed / "inventory.csv").write_text(
        "id,product_name,category,price,stock_quantity\nPROD_000001,P,Mode,39.30,1\n"
    )
    last = finished(worker(broker, settings, mode="stream", rate=0, limit=250))
    assert (last.sent, last.acked, last.fraction) == (250, 250, 1)


def test_the_share_that_is_shown_is_that_of_what_was_published(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 400)
    producer = worker(broker, settings, rate=200)
    with running(producer):
        wait_until(lambda: producer.snapshot().sent >= 40)
        last = producer.snapshot()
        assert last.fraction == pytest.approx(last.sent / 400, abs=0.1)
