"""What the looking panes show in each state: topic, dead letters, warehouse, log, doctor."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

from core.clock import iso
from core.doctor.model import Finding, fail, ok, warn
from core.operations.explorer import Explored
from core.operations.inspect import (
    DeadLetters,
    Inspection,
    ListedLetter,
    MergeRun,
    StoredGap,
    StoredOffset,
)
from core.operations.logtail import LogEntry
from core.operations.poller import Reading
from core.operations.replay_result import ReplayResult
from core.operations.tail_record import TailRecord
from core.operations.task import TaskSnapshot
from core.remedies import SET_UP
from core.text.number_format import count
from core.warehouse.model import StoredDeadLetter, TableFacts
from tests.support.core_texts import told, told_of
from tests.support.moments import NOW

_SOURCE = "6f0c1f7c9d1b"


def explored(state: str) -> Explored:
    """Return what was looked at in a state."""
    made = {"empty": _empty, "running": _running, "paused": _running, "error": _error}
    return made.get(state, _full)()


def _empty() -> Explored:
    return Explored(
        peek=Reading((), NOW, 0.01),
        letters=Reading(DeadLetters(0, ()), NOW, 0.01),
        inspection=Reading(Inspection(_tables(0), 274_432, 0, 0, (), (), ()), NOW, 0.008),
    )


def _running() -> Explored:
    return Explored(
        peek=Reading(_records(), NOW, 0.02),
        letters=Reading(_letters(), NOW, 0.01),
        inspection=Reading(_inspection(6), NOW, 0.012),
        replay=TaskSnapshot(running=True, done=3, total=9),
        doctor=TaskSnapshot(
            running=True,
            step="doctor",
            done=6,
            total=12,
            note="broker, topic",
            result=_findings()[:6],
        ),
        log=_log(12),
    )


def _error() -> Explored:
    away = _failing(told("looking at the topic"))
    locked = told("the warehouse is not open yet")
    since = NOW - timedelta(seconds=45)
    return Explored(
        peek=Reading(_records()[:4], since, 0.02, away, since),
        letters=Reading(None, None, 0.0, locked, since),
        inspection=Reading(None, None, 0.0, locked, since),
        replay=TaskSnapshot(
            error=told("broker full: start the consumer"), ended_at=NOW - timedelta(seconds=5)
        ),
        doctor=TaskSnapshot(result=_findings(), ended_at=NOW - timedelta(seconds=8)),
        log=(*_log(5), *_errors()),
    )


def _full() -> Explored:
    return replace(
        _running(),
        inspection=Reading(_inspection(120, lost=True), NOW, 2.4),
        replay=TaskSnapshot(result=ReplayResult(9, 9), ended_at=NOW - timedelta(seconds=40)),
        doctor=TaskSnapshot(result=_sound(), ended_at=NOW - timedelta(seconds=8)),
        log=_log(400),
    )


def _failing(doing: str) -> str:
    return told("{doing}: {reason}", doing=doing, reason="Local: Broker transport failure")


def _records() -> tuple[TailRecord, ...]:
    return tuple(_record(number) for number in range(120))


def _record(number: int) -> TailRecord:
    at = NOW - timedelta(milliseconds=310 * number)
    key, value = f"ORDER_{4_999 - number:06d}", _payload(number)
    if number % 29 == 7:
        value = b'{"event_type": "order_created", "order": {' + b"\xff\x1b[2J"
    if number == 11:
        return TailRecord(3, 16_003, at, key.encode(), None, 0)
    return TailRecord(number % 4, 16_030 - number // 4, at, key.encode(), value, len(value))


def _payload(number: int) -> bytes:
    at = NOW - timedelta(milliseconds=310 * number)
    order = {
        "id": f"ORDER_{4_999 - number:06d}",
        "product_id": f"PROD_{number * 37 % 200 + 1:06d}",
        "customer_id": f"CUST_{number * 71 % 1_000 + 1:06d}",
        "quantity": number % 5 + 1,
        "unit_price": f"{number * 13 % 190 + 10}.90",
        "sold_at": "2024-12-30T18:02:11Z",
    }
    event = {"event_type": "order_created", "order": order, "timestamp": iso(at)}
    return json.dumps(event).encode()


def _letters() -> DeadLetters:
    details = (
        ("decode", "invalid_json", told("byte {position} is not UTF-8", position=43)),
        ("decode", "tombstone", told("the record has no value (a tombstone)")),
        (
            "decode",
            "out_of_range",
            told("{value} is outside {low} to {high}", value="-12.50", low="0", high="99999999.99"),
        ),
        (
            "merge",
            "cast",
            told("{value} is not a plain decimal number", value="'12,50 €'"),
        ),
    )
    return DeadLetters(100, tuple(_letter(number, *details[number % 4]) for number in range(100)))


def _letter(number: int, stage: str, reason: str, detail: str) -> ListedLetter:
    payload = None if reason == "tombstone" else _payload(number)
    letter = StoredDeadLetter(
        f"{number:04x}9b1e5c7d",
        stage,
        reason,
        detail,
        "orders_topic",
        number % 4,
        15_900 - 7 * number,
        b"ORDER_%06d" % (4_000 - number),
        payload,
        (("source", b"webshop"),),
        NOW - timedelta(seconds=9 * number + 4),
        number % 3,
    )
    return ListedLetter(letter, len(payload or b""))


def _tables(rows: int) -> tuple[TableFacts, ...]:
    names = ("orders_events", "orders", "customers", "inventory", "dead_letters")
    shares = (1.0, 0.98, 0.008, 0.002, 0.001)
    return tuple(
        TableFacts(name, round(rows * share), round(rows * share) * 96)
        for name, share in zip(names, shares, strict=True)
    )


def _inspection(runs: int, *, lost: bool = False) -> Inspection:
    gap = StoredGap("orders_topic", 2, 100, 150, "retention", NOW - timedelta(minutes=4))
    return Inspection(
        tables=_tables(128_404),
        file_bytes=31_731_712,
        log_bytes=120_044,
        backlog=12_900 if lost else 17,
        runs=tuple(
            MergeRun(
                NOW - timedelta(seconds=1 + n), 1_190 - n, n % 9, 0, n % 2, 0, 0.12, 1.1 + n % 3
            )
            for n in range(runs)
        ),
        offsets=tuple(
            StoredOffset("orders_topic", _SOURCE, part, 0, 16_000 + part, part % 2, NOW)
            for part in range(4)
        ),
        gaps=(gap,) if lost else (),
    )


def _log(entries: int) -> tuple[LogEntry, ...]:
    return tuple(_entry(number, entries) for number in range(entries))


def _entry(number: int, entries: int) -> LogEntry:
    at = NOW - timedelta(seconds=(entries - number) * 1.5)
    if number % 23 == 3:
        fields = (("topic", "orders_topic"), ("reason", "Local: Broker transport failure"))
        text = "commit to Kafka failed"
        return LogEntry(
            number,
            at,
            "WARNING",
            logging.WARNING,
            "core.consumer.consume_loop",
            "consumer",
            text,
            fields,
        )
    fields = (("taken", f"{1_190 + number}"), ("elapsed_s", "0.12"))
    return LogEntry(
        number, at, "INFO", logging.INFO, "core.merge.worker", "merge", "merged", fields
    )


def _errors() -> tuple[LogEntry, ...]:
    message = told("the warehouse is not open yet")
    trace = (
        "Traceback (most recent call last):",
        '  File "core/operations/poller.py", line 84, in _read',
        f"core.errors.DropshipError: {message}",
    )
    return tuple(
        LogEntry(
            100 + number,
            NOW - timedelta(milliseconds=1_300 - 400 * number),
            "ERROR",
            logging.ERROR,
            "core.operations.poller",
            "figures",
            message,
            (),
            trace,
        )
        for number in range(3)
    )


def _sound() -> tuple[Finding, ...]:
    free = told("{folder}: {free} MB free", folder="data", free=count(79_739))
    return (
        ok("python", told("Python {version} at {path}", version="3.x", path=".venv/bin/python")),
        ok("terminal", "xterm-256color, 120x36"),
        ok("clock", told("{now} (all times are shown in UTC)", now="2026-01-02T14:05:31.000Z")),
        ok("data_dir", free),
        ok("reports", free.replace("data", "reports")),
        ok("broker", told("an embedded broker answers at {servers}", servers="127.0.0.1:39092")),
        ok(
            "topic",
            told_of(
                "{topic}: {partitions} partition, {offsets} offsets kept ({ends})",
                "{topic}: {partitions} partitions, {offsets} offsets kept ({ends})",
                4,
                topic="orders_topic",
                partitions=4,
                offsets=count(64_120),
                ends="0: 0-16030, 1: 0-16030, 2: 0-16030, 3: 0-16030",
            ),
        ),
        ok("warehouse", told("{file}: open in this console", file="data/warehouse.duckdb")),
        ok("tables", told("all tables and columns are as expected")),
    )


def _findings() -> tuple[Finding, ...]:
    sound = _sound()
    missing = told("tables missing: {list}", list="dead_letters")
    return (
        *sound[:3],
        warn(
            "data_dir",
            sound[3].detail,
            told("make room on the disk") + "; " + told("choose another folder with --data-dir"),
        ),
        sound[4],
        fail(
            "broker",
            _failing(told("no broker answers at {where}", where="broker.example:9092")),
            told("check KAFKA_BOOTSTRAP_SERVERS and that the broker runs"),
        ),
        warn("topic", told("not looked at: no broker answers"), told("see broker")),
        sound[7],
        fail(
            "tables",
            missing,
            told("it creates what is missing and never changes what is there"),
            (SET_UP,),
        ),
    )
