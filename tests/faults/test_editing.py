"""An operator's way through an incident: bad records are listed, saved, fixed and replayed."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from core.dlq.redeliveries import REDELIVERY_HEADER
from tests.support.events import event
from tests.support.oracle import check_exactly_once, oracle_rows
from tests.support.processes import Dropship, commands
from tests.support.topic import read_messages

pytestmark = pytest.mark.slow

TOPIC, GROUP = "orders_topic", "snowflake-consumer-group"
BAD = {
    b"1": event(1, quantity=0),
    b"2": event(2).replace(b"39.3", b"39.300000000000000001"),
    b"3": b"\xff\xfe",
    b"4": b'{"a": NaN}',
    b"5": None,
}


@pytest.fixture
def incident(tmp_path: Path) -> Iterator[Dropship]:
    """Five bad records have become dead letters."""
    with commands(tmp_path) as dropship:
        dropship.start_broker()
        with dropship.broker() as cluster:
            client = Producer(cluster.producer_config())
            for key, value in BAD.items():
                client.produce(TOPIC, value, key=key, headers=[("trace", b"t" + key)])
            assert client.flush(20) == 0
        assert dropship("consume", "--until-caught-up").done()["dead_lettered"] == 5
        yield dropship


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_mended_letters_become_orders_with_their_key_and_headers(incident, tmp_path):
    file = tmp_path / "letters.jsonl"
    listed = incident("dlq", "--save", str(file)).done()
    assert (len(listed["dead_letters"]), listed["replayed"], listed["saved"]) == (5, 0, str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    letters = {entry["key"]: entry for entry in lines(file)}
    assert letters["1"]["payload"]["order"]["quantity"] == 0
    assert letters["3"]["payload"] == {"base64": "//4="}
    assert (letters["4"]["payload"], letters["5"]["payload"]) == ('{"a": NaN}', None)
    assert letters["1"]["headers"] == [["trace", "t1"]]

    # Quantity and price are fixed as a person would, in the text; the others are taken out.
    text = [line for line in file.read_text().splitlines() if '"key": "1"' in line]
    text += [line for line in file.read_text().splitlines() if '"key": "2"' in line]
    fixed = "\n".join(text).replace('"quantity": 0', '"quantity": 7')
    file.write_text(fixed.replace("39.300000000000000001", "39.30"))
    fix = ("dlq", "--replay", "--fix", str(file))
    assert incident(*fix).done()["replayed"] == 0
    assert incident(*fix, "--yes").done()["replayed"] == 2
    assert len(incident("dlq").done()["dead_letters"]) == 3
    again = incident(*fix, "--yes").done()
    assert (again["replayed"], again["gone"]) == (0, 2)

    assert incident("consume", "--until-caught-up").done()["inserted"] == 2
    incident("transform").done()
    with incident.broker() as cluster, incident.warehouse() as warehouse:
        check_exactly_once(cluster, warehouse, TOPIC, GROUP)
        replayed = [
            (entry.key(), entry.headers())
            for entry in read_messages(cluster.bootstrap_servers, TOPIC)
            if REDELIVERY_HEADER in dict(entry.headers() or [])
        ]
        assert sorted(replayed) == [
            (key, [("trace", b"t" + key), (REDELIVERY_HEADER, b"1")]) for key in (b"1", b"2")
        ]
        assert [row[:2] for row in oracle_rows(warehouse, "orders")] == [
            ("ORDER_000001", 7),
            ("ORDER_000002", 2),
        ]
        (payload,) = warehouse._db.rows(
            "SELECT payload FROM mon_schema.orders_events WHERE payload LIKE '%ORDER_000002%'"
        )[0]
        assert '"unit_price": 39.30,' in payload


def test_a_payload_that_is_still_bad_publishes_nothing(incident, tmp_path):
    file = tmp_path / "letters.jsonl"
    incident("dlq", "--save", str(file)).done()
    first, second, *_rest = file.read_text().splitlines()
    file.write_text(f"{first}\n\n{second}\n")
    ended = incident("dlq", "--replay", "--yes", "--fix", str(file))
    error = ended.record["error"]
    assert (ended.code, error["kind"]) == (2, "input")
    assert "letters.jsonl:1:" in error["message"]
    assert error["hint"]
    assert len(incident("dlq").done()["dead_letters"]) == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", ":1: this is not a dead letter"),
        ('{"event_id": 1, "payload": {}}', ":1: this is not a dead letter"),
        ('\n{"event_id": "x"}', ":2: this is not a dead letter"),
        (None, "cannot read"),
    ],
)
def test_a_file_that_holds_no_letters_is_one_line(dropship, tmp_path, content, said):
    file = tmp_path / "letters.jsonl"
    if content is not None:
        file.write_text(content)
    dropship("setup").done()
    ended = dropship("dlq", "--replay", "--fix", str(file))
    assert (ended.code, ended.record["error"]["kind"]) == (2, "input")
    assert said in ended.record["error"]["message"]


def test_fix_without_replay_is_a_usage_error(dropship, tmp_path):
    ended = dropship("dlq", "--fix", str(tmp_path / "letters.jsonl"))
    assert (ended.code, ended.record["error"]["kind"]) == (2, "usage")
