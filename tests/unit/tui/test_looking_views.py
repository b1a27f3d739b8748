"""The views of events, warehouse, logs and doctor in each of their states."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from core.doctor.model import fail, ok, warn
from core.merge.snapshot import MergeSnapshot
from core.operations.effective_settings import EffectiveSetting
from core.operations.explorer import Explored
from core.operations.inspect import (
    DeadLetters,
    Inspection,
    ListedLetter,
    MergeRun,
    ReasonCount,
    StoredGap,
    StoredOffset,
)
from core.operations.logtail import LogEntry
from core.operations.poller import Reading
from core.operations.replay_result import ReplayResult
from core.operations.tail_record import TailRecord
from core.operations.task import TaskSnapshot
from core.text import clean
from core.warehouse.backlog import MergeBacklog
from core.warehouse.model import StoredDeadLetter, TableFacts
from core.warehouse.snowflake.task import SINK_TASK, TaskStatus
from core.workers import RunState
from tests.support.moments import NOW, frame, moment
from tui.row_table import lay_out
from tui.styled_text import Span
from tui.views.billing import asked_every
from tui.views.doctor import doctor_head, finding_details, findings_table, settings_table
from tui.views.events import (
    events_head,
    letter_details,
    letters_table,
    record_details,
    records_table,
)
from tui.views.logs import log_details, logs_head, logs_table
from tui.views.warehouse import PARTS, row_details, warehouse_head, warehouse_table

HOSTILE = "[red]x[/] [@click=app.quit]\x1b]52;c;aGk=\x07\x9b31m\u202e\u200b" + "y" * 10_000
BYTES = HOSTILE.encode()
FORBIDDEN = {"\x1b", "\x07", "\x9b", "\u202e", "\u200b", "\n", "\t"}
FORMATS = frame().formats

RECORD = TailRecord(1, 1234, NOW, BYTES, BYTES, len(BYTES), ((HOSTILE, BYTES), ("empty", None)))
LETTER = ListedLetter(
    StoredDeadLetter(
        HOSTILE,
        "decode",
        HOSTILE,
        HOSTILE,
        HOSTILE,
        1,
        5,
        BYTES,
        BYTES,
        ((HOSTILE, BYTES),),
        NOW,
        0,
    ),
    len(BYTES),
)
ENTRY = LogEntry(
    1, NOW, "WARNING", logging.WARNING, HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),), (HOSTILE,)
)
INSPECTION = Inspection(
    tables=(TableFacts("orders_events", 12_345, 5_000_000), TableFacts("orders", 5, 0)),
    file_bytes=5_300_000,
    log_bytes=200,
    backlog=17,
    runs=(MergeRun(NOW - timedelta(seconds=4), 5, 6, 0, 7, 8, 0.02, 1.5),),
    offsets=(StoredOffset(HOSTILE, HOSTILE, 0, 0, 77, 1, NOW),),
    gaps=(StoredGap(HOSTILE, 2, 10, 15, HOSTILE, NOW),),
)


def text_of(lines, width):
    for entry in lines:
        assert entry.width <= width, entry.text
        assert not set(entry.text) & FORBIDDEN
    return "\n".join(entry.text.rstrip() for entry in lines)


def table_text(table, width):
    layout = lay_out(table.columns, width)
    return text_of([layout.head(), *(layout.line(row) for row in table.rows)], width)


@pytest.mark.parametrize("width", [20, 40, 78, 116])
def test_hostile_data_is_harmless_in_every_table(width):
    table_text(records_table((RECORD,), FORMATS), width)
    table_text(letters_table(DeadLetters(1, (LETTER,)), FORMATS), width)
    table_text(logs_table((ENTRY,), 0, FORMATS), width)
    table_text(findings_table([fail(HOSTILE, HOSTILE, HOSTILE)], frame(width, 20)), width)
    table_text(settings_table([EffectiveSetting(HOSTILE, HOSTILE, HOSTILE)]), width)
    for part in PARTS:
        table_text(warehouse_table(INSPECTION, part, FORMATS), width)


@pytest.mark.parametrize("width", [40, 100])
def test_hostile_data_is_harmless_and_whole_in_every_detail(width):
    size = frame(width, 0)
    for lines in (
        record_details(RECORD, size),
        letter_details(LETTER, size),
        log_details(ENTRY, size),
    ):
        shown = text_of(lines, width)
        assert shown.count("y") >= 10_000
    text_of(finding_details(fail(HOSTILE, HOSTILE, HOSTILE), size), width)
    text_of(finding_details(EffectiveSetting(HOSTILE, HOSTILE, HOSTILE), size), width)
    for part in PARTS:
        table = warehouse_table(INSPECTION, part, FORMATS)
        text_of(row_details(table, table.rows[0], width), width)


def events(explored, *, letters=False, frozen=False, width=78):
    now = moment(explored=explored)
    return text_of(events_head(now, frame(width, 20), letters=letters, frozen=frozen), width)


def test_the_empty_topic_says_what_fills_it():
    assert "press d" in events(Explored(peek=Reading((), NOW))).replace("[d]", "d")
    assert "reading" in events(Explored())


def test_a_failing_read_says_what_and_since_when():
    failed = Reading(
        None, None, error="away " + "\x1b[31m", failing_since=NOW - timedelta(minutes=2)
    )
    assert "for 2 m" in events(Explored(peek=failed))
    assert "for 2 m" in events(Explored(letters=failed), letters=True)
    shown = text_of(
        warehouse_head(moment(explored=Explored(inspection=failed)), frame(78, 20), "tables"), 78
    )
    assert "for 2 m" in shown


def test_reasons_are_counted_over_all_letters_and_a_cut_list_is_said_to_be_one():
    ages = {"missing_field": (3_000, 5), "bad\x1b[31m": (557, 7_200)}
    reasons = tuple(
        ReasonCount(clean(reason), count, NOW - timedelta(seconds=age))
        for reason, (count, age) in ages.items()
    )
    found = DeadLetters(3_557, (LETTER,), reasons)
    shown = events(Explored(letters=Reading(found, NOW)), letters=True)
    assert "3,000 missing_field newest 5 s ago" in shown
    assert "557 bad" in shown
    assert "listed: the newest 1 of 3,557" in shown
    whole = DeadLetters(1, (LETTER,), reasons[:1])
    assert "listed:" not in events(Explored(letters=Reading(whole, NOW)), letters=True)


def test_replay_is_followed_and_its_end_is_told():
    none = Reading(DeadLetters(0, ()), NOW)
    running = Explored(letters=none, replay=TaskSnapshot(running=True, done=3, total=9))
    assert "replaying: 3 of 9" in events(running, letters=True)
    ended = NOW - timedelta(seconds=5)
    done = replace(running, replay=TaskSnapshot(result=ReplayResult(9, 9), ended_at=ended))
    assert "9 replayed 5 s ago" in events(done, letters=True)
    fewer = replace(done, replay=TaskSnapshot(result=ReplayResult(7, 9, gone=2), ended_at=ended))
    assert "2 were not" in events(fewer, letters=True)
    failed = replace(running, replay=TaskSnapshot(error="broker full", hint="start the consumer"))
    shown = events(failed, letters=True)
    assert "broker full" in shown
    assert "start the consumer" in shown
    assert "no dead letters" in shown


def test_what_holds_a_replay_up_is_told_with_the_key_that_ends_it():
    none = Reading(DeadLetters(0, ()), NOW)
    held = TaskSnapshot(running=True, done=3, total=9, note="process 7 publishes \x1b[31m")
    shown = events(Explored(letters=none, replay=held), letters=True)
    assert "process 7 publishes" in shown
    assert "x cancels" in shown
    assert "\x1b" not in shown
    ending = replace(held, cancelling=True)
    assert "cancelling" in events(Explored(letters=none, replay=ending), letters=True)
    cut = TaskSnapshot(
        result=ReplayResult(3, 9, cancelled=True), ended_at=NOW - timedelta(seconds=5)
    )
    shown = events(Explored(letters=none, replay=cut), letters=True)
    assert "cancelled 5 s ago: 3 replayed, 6 not" in shown
    broken = TaskSnapshot(done=3, total=9, error="the broker is away", ended_at=NOW)
    assert "3 were replayed" in events(Explored(letters=none, replay=broken), letters=True)


def test_a_tombstone_and_a_record_without_a_time_are_shown():
    table = records_table((replace(RECORD, at=None, key=None, value=None, size=0),), FORMATS)
    assert "(tombstone)" in table_text(table, 116)
    assert Span("–", "dim") in table.rows[0].cells


def test_records_that_are_not_json_are_shown_as_what_they_stand_for():
    value, text = b"\x00\x00\x00\x00\x07\x02a", b'{"name":"a"}'
    record = replace(RECORD, value=value, text=text)
    assert text.decode() in table_text(records_table((record,), FORMATS), 116)
    assert '"name": "a"' in text_of(record_details(record, frame(100, 0)), 100)
    listed = replace(LETTER, letter=replace(LETTER.letter, payload=value), text=text)
    assert '"name": "a"' in text_of(letter_details(listed, frame(100, 0)), 100)


def test_the_warehouse_shows_sizes_backlog_delays_and_lost_offsets():
    explored = Explored(inspection=Reading(INSPECTION, NOW, 0.012))
    lines = warehouse_head(moment(explored=explored), frame(116, 30), "tables")
    shown = text_of(lines, 116)
    assert "[tables]" in shown
    assert "file 5.3 MB" in shown
    assert "lost offsets 5" in shown
    assert "Snowflake" not in shown
    assert "merge backlog 17  last 4 s ago  took 20 ms  delay 1.5 s" in shown
    assert "this pane 12 ms" in shown
    assert "KPIs 10 ms" in shown


def test_the_warehouse_shows_the_merge_of_this_console_and_why_it_failed():
    explored = Explored(inspection=Reading(INSPECTION, NOW, 0.012))
    merge = MergeSnapshot(
        state=RunState.FAILED,
        error="no such table",
        hint="run setup",
        backlog=MergeBacklog(17, NOW - timedelta(seconds=30)),
        last_merge=NOW - timedelta(seconds=31),
    )
    now = moment(explored=explored, merge=merge)
    shown = text_of(warehouse_head(now, frame(116, 30), "tables"), 116)
    assert "✗ merge failed · 17 wait for 30 s · merged 31 s ago" in shown
    assert "the merge failed: no such table" in shown
    assert "run setup; [s] of the consumer pane starts it again" in shown


def test_on_snowflake_the_task_and_the_credits_stand_where_the_file_would():
    task = TaskStatus("suspended", "SUSPENDED_DUE_TO_ERRORS", name="merge_orders_task")
    sink = TaskStatus(
        "started", name=SINK_TASK, backlog=MergeBacklog(7, NOW - timedelta(seconds=42))
    )
    found = replace(INSPECTION, tasks=(task, sink), credits="1.25 in 24 h")
    explored = Explored(inspection=Reading(found, NOW, 0.012))
    lines = warehouse_head(
        moment(explored=explored, warehouse="snowflake"), frame(116, 30), "tables"
    )
    shown = text_of(lines, 116)
    assert "file" not in shown
    assert "Snowflake credits: 1.25 in 24 h" in shown
    assert "task merge_orders_task: suspended after too many failures" in shown
    assert "task take_from_sink_task: started, no run" in shown
    assert "7 records waiting for 42 s" in shown


def test_on_snowflake_the_pane_says_which_looks_are_billed_and_on_duckdb_nothing():
    explored = Explored(inspection=Reading(INSPECTION, NOW, 0.012))
    snow = moment(explored=explored, warehouse="snowflake", figures_every_s=10.0)
    wide = text_of(warehouse_head(snow, frame(116, 30), "tables"), 116)
    told = "billed: this pane every 15 s, KPIs every 10 s, each validation; not the state of tasks"
    assert told in wide
    asked = replace(snow, figures_every_s=0.0)
    assert "KPIs manual" in text_of(warehouse_head(asked, frame(116, 30), "tables"), 116)
    small = text_of(warehouse_head(snow, frame(78, 20), "tables"), 78)
    assert "billed: this pane, KPIs, each validation; not the state of tasks" in small
    assert asked_every(snow, 10.0) == "every 10 s, billed"
    duck = moment(explored=explored)
    assert "billed" not in text_of(warehouse_head(duck, frame(116, 30), "tables"), 116)
    assert asked_every(duck, 10.0) == "every 10 s"


def test_a_slow_or_failing_question_stands_out():
    explored = Explored(inspection=Reading(INSPECTION, NOW, 3.0))
    failing = replace(moment().figures, error="no")
    lines = warehouse_head(moment(explored=explored, figures=failing), frame(116, 30), "tables")
    spans = {span.text: span.role for entry in lines for span in entry.spans}
    assert spans["3.0 s"] == "wait"
    assert spans["fails"] == "bad"


def test_gaps_name_the_first_and_the_last_offset_lost():
    row = warehouse_table(INSPECTION, "gaps", FORMATS).rows[0]
    assert row.cells[3:5] == ("10", "14")


def test_logs_are_filtered_by_level_and_newest_last():
    entries = [replace(ENTRY, number=n, severity=s) for n, s in ((1, 20), (2, 30), (3, 40))]
    table = logs_table(entries, logging.WARNING, FORMATS)
    assert [row.key for row in table.rows] == ["2", "3"]
    assert table.follow == "last"
    assert "WARNING and above" in text_of(logs_head(entries, 30, "x.log", frame(78)), 78)
    assert "nothing was logged" in text_of(logs_head((), 30, HOSTILE, frame(78)), 78)


def doctor(task, width=78):
    now = moment(explored=Explored(doctor=task))
    return text_of(doctor_head(now, frame(width, 20), settings=False), width)


def test_the_doctor_in_each_state():
    assert "press r" in doctor(TaskSnapshot()).replace("[r]", "r")
    assert "broker, topic" in doctor(
        TaskSnapshot(running=True, done=5, total=13, note="broker, topic")
    )
    found = (ok("a", "fine"), warn("b", "hm", "do"), fail("c", "no", "fix"))
    shown = doctor(TaskSnapshot(result=found, ended_at=NOW - timedelta(seconds=3)))
    assert "1 ok  1 warning  1 error  3 s ago" in shown
    table = findings_table(found, frame(80, 20, plain=True))
    assert [row.cells[0].text for row in table.rows] == ["+", "!", "x"]


def test_settings_say_where_they_come_from():
    table = settings_table(
        [EffectiveSetting("KAFKA_TOPIC", "t", ".env:3"), EffectiveSetting("LOG_LEVEL", "INFO", "")]
    )
    assert [row.cells[2].text for row in table.rows] == [".env:3", "default"]
