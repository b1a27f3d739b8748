"""The course of a desk stands in the log, once each."""

import logging
from dataclasses import replace
from pathlib import Path

from core.lifecycle import RunState
from core.operations.journal import Journal
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.seed.spec import SeedFile, SeedResult
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
