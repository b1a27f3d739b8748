"""The course of a controller stands in the log, once each."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.consumer.snapshot import ConsumerSnapshot
from core.merge.worker import MergeSnapshot
from core.operations.journal import Journal
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.seed.spec import SeedFile, SeedResult
from core.workers import RunState
from tests.support.moments import NOW, moment

STILL = moment(opening=TaskSnapshot())
FILES = (SeedFile(Path("orders.csv"), 5, 100, "0" * 64),)


def told(caplog, *moments, failures=None):
    """Show moments to a journal; return what it logged."""
    caplog.set_level(logging.INFO)
    journal = Journal()
    for one in moments:
        journal.see(one, failures or {})
    return [record for record in caplog.records if record.name == "core.operations.journal"]


def test_a_worker_is_told_when_it_begins_and_ends_with_its_figures(caplog):
    running = replace(STILL, producer=ProducerSnapshot(state=RunState.RUNNING))
    ended = replace(STILL, producer=ProducerSnapshot(state=RunState.STOPPED, sent=7, acked=7))
    records = told(caplog, STILL, running, running, ended, ended)
    assert [record.getMessage() for record in records] == [
        "producer: running",
        "producer: stopped",
    ]
    assert (records[-1].sent, records[-1].acked) == (7, 7)


def test_what_ended_a_worker_stands_with_its_traceback(caplog):
    failed = replace(STILL, producer=ProducerSnapshot(state=RunState.FAILED))
    (record,) = told(caplog, STILL, failed, failed, failures={"producer": OSError("disk")})
    assert record.levelno == logging.ERROR
    assert "disk" in str(record.exc_info[1])


def test_a_task_is_told_at_its_end_and_again_after_the_next_run(caplog):
    seed = TaskSnapshot(result=SeedResult(1, 1, 5, 42, FILES), ended_at=NOW)
    again = replace(seed, ended_at=NOW.replace(minute=30), error="the disk is full")
    records = told(
        caplog, replace(STILL, seed=seed), replace(STILL, seed=seed), replace(STILL, seed=again)
    )
    assert [record.getMessage() for record in records] == [
        "seed files: done",
        "seed files: the disk is full",
    ]
    assert vars(records[0])["orders.csv"] == 5


def seconds(number, **changes):
    return replace(STILL, at=NOW + timedelta(seconds=number), **changes)


def held(number, reason="broker full: waiting for the consumer"):
    return seconds(number, producer=ProducerSnapshot(state=RunState.HELD, held_reason=reason))


def test_holds_that_last_for_moments_are_not_told(caplog):
    running = ProducerSnapshot(state=RunState.RUNNING)
    course = [seconds(0, producer=running)]
    for number in range(1, 60, 3):
        course += [held(number), held(number + 1), seconds(number + 2, producer=running)]
    records = told(caplog, *course)
    assert [record.getMessage() for record in records] == ["producer: running"]


def test_a_hold_that_lasts_is_told_once_and_its_end_with_the_time_it_took(caplog):
    running = ProducerSnapshot(state=RunState.RUNNING)
    course = [seconds(0, producer=running), *(held(number) for number in range(1, 31))]
    records = told(caplog, *course, seconds(31, producer=running))
    assert [(record.levelname, record.getMessage()) for record in records[1:]] == [
        ("WARNING", "producer waits: broker full: waiting for the consumer"),
        ("INFO", "producer waited for 30 s: broker full: waiting for the consumer"),
    ]


def test_a_consumer_that_waits_is_told_by_the_same_rule(caplog):
    waiting = ConsumerSnapshot(state=RunState.WAITING, waiting_for="the warehouse is away")
    running = ConsumerSnapshot(state=RunState.RUNNING)
    course = [seconds(0, consumer=running)]
    course += [seconds(number, consumer=waiting) for number in range(1, 12)]
    records = told(caplog, *course, seconds(12, consumer=running))
    assert [record.getMessage() for record in records[1:]] == [
        "consumer waits: the warehouse is away",
        "consumer waited for 11 s: the warehouse is away",
    ]


def test_a_worker_that_failed_says_why_and_how_to_fix_it(caplog):
    failed = ConsumerSnapshot(state=RunState.FAILED, error="the table is gone", hint="run setup")
    merge = MergeSnapshot(state=RunState.FAILED)
    now = replace(STILL, consumer=failed, merge=merge)
    records = told(caplog, STILL, now, failures={"merge": ValueError("bad row")})
    assert [record.getMessage() for record in records] == [
        "consumer: failed: the table is gone",
        "merge: failed: internal error: ValueError: bad row",
    ]
    assert [record.hint for record in records] == ["run setup", "the log has the details"]
