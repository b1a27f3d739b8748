"""What the key `w` writes of lists: what the filter shows, whole, harmless, in UTC."""

import csv
import json
import logging
from base64 import b64decode
from time import monotonic

import pytest

from core.alerts.model import Alert, Level
from core.doctor.model import fail, ok
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
from core.operations.task import TaskSnapshot
from core.operations.topic_tail import TailRecord
from core.warehouse.model import StoredDeadLetter, TableFacts
from tests.support.console import piloted, still_console
from tests.support.moments import NOW, moment
from tests.support.panes import validated

BYTES = b'=1+1 \x1b[31m \xff "quoted", and a line\n'
MOMENT = "2026-01-02T14:05:31.000Z"


def letter(number, reason):
    stored = StoredDeadLetter(
        event_id=f"id-{number}",
        stage="decode",
        reason=reason,
        detail="why",
        topic="orders_topic",
        partition=0,
        offset=number,
        key=None,
        payload=BYTES,
        headers=(),
        received_at=NOW,
        replays=0,
    )
    return ListedLetter(stored, len(BYTES))


LETTERS = (letter(1, "invalid_json"), letter(2, "tombstone"))
FULL = moment(
    alerts=(Alert("lag", Level.WARN, Level.WARN, "50001 wait", NOW),),
    validation=validated(),
    explored=Explored(
        peek=Reading((TailRecord(1, 7, NOW, b"key", BYTES, len(BYTES)),), NOW),
        letters=Reading(DeadLetters(2, LETTERS), NOW),
        inspection=Reading(
            Inspection(
                (TableFacts("orders", 5_000, 1_000_000),),
                2_000_000,
                10,
                3,
                (MergeRun(NOW, 1, 2, 0, 3, 4, 0.1, 0.25),),
                (StoredOffset("orders_topic", "abc", 0, 0, 5_000, 0, NOW),),
                (StoredGap("orders_topic", 1, 5, 9, "retention \x1b[31m", NOW),),
            ),
            NOW,
        ),
        doctor=TaskSnapshot(result=(ok("python", "3.11"), fail("broker", "away", "start it"))),
        log=(LogEntry(1, NOW, "INFO", logging.INFO, "core", "main", "=done", (("a", "b"),)),),
    ),
)


async def written(app, pilot, name):
    """Wait for the files of a list; return the rows of the CSV and of the JSON file."""
    deadline = monotonic() + 10
    while not list(app.exports.glob(f"{name}_2*.json")):
        assert monotonic() < deadline, sorted(app.exports.glob("*"))
        await pilot.pause(0.02)
    (table,), (objects,) = (list(app.exports.glob(f"{name}_2*.{kind}")) for kind in ("csv", "json"))
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), json.loads(objects.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("keys", "name", "expected"),
    [
        ("4w", "validation", {"check": "raw_vs_prod_counts", "status": "PASS"}),
        ("6w", "events", {"partition": 1, "offset": 7, "at": MOMENT, "key": "key"}),
        ("7w", "warehouse_tables", {"table": "orders", "rows": 5_000, "bytes": 1_000_000}),
        ("7tw", "warehouse_merges", {"started_at": MOMENT, "stale": 3, "delay_s": 0.25}),
        ("7ttw", "warehouse_offsets", {"source_id": "abc", "next_offset": 5_000}),
        ("7tttw", "warehouse_gaps", {"first_lost": 5, "last_lost": 8}),
        ("8w", "alerts", {"rule": "lag", "raised_at": MOMENT, "cleared_at": None}),
        ("9w", "logs", {"at": MOMENT, "level": "INFO", "message": "=done", "fields": "a=b"}),
        ("0w", "doctor", {"check": "python", "status": "ok", "found": "3.11"}),
    ],
)
@pytest.mark.slow
def test_each_list_is_written_under_its_name(settings, keys, name, expected):
    @piloted
    async def script():
        app = still_console(settings, FULL)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            for key in keys:
                await pilot.press("tab" if key == "t" else key)
                await pilot.pause()
                app.tick()
            table, objects = await written(app, pilot, name)
        assert objects[0].items() >= expected.items()
        assert list(table[0]) == list(objects[0])
        text = (app.exports / next(app.exports.glob("*.csv")).name).read_text(encoding="utf-8")
        assert "\x1b" not in text

    script()


@piloted
async def test_dead_letters_are_written_as_the_filter_shows_them_with_their_bytes(settings):
    app = still_console(settings, FULL)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for key in ("6", "tab", "slash", *"json", "enter", "w"):
            await pilot.press(key)
            await pilot.pause()
            app.tick()
        table, objects = await written(app, pilot, "dead_letters")
    assert [row["event_id"] for row in objects] == ["id-1"]
    assert b64decode(objects[0]["value_base64"]) == BYTES
    assert objects[0]["value"] == '=1+1 \ufffd[31m \ufffd "quoted", and a line\ufffd'
    assert objects[0]["key"] is None
    assert table[0]["value"].startswith("'=1+1")  # no formula for a spreadsheet
    assert table[0]["received_at"] == MOMENT


@piloted
async def test_settings_are_written_with_secrets_masked_and_their_origin(settings):
    app = still_console(settings, FULL)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for key in ("0", "tab", "w"):
            await pilot.press(key)
            await pilot.pause()
            app.tick()
        _table, objects = await written(app, pilot, "settings")
    assert {"setting": "KAFKA_TOPIC", "value": "orders_topic", "from": "default"} in objects
