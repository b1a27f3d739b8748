"""The history is bounded, survives a restart, and never stands in the way."""

import json
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import StorageError
from core.operations.history import KEPT, History, HistoryFile, Sample, read_history
from core.operations.state_file import export_rows

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def sample(second, produced=1.0, lag=0, p95=None):
    return Sample(START + timedelta(seconds=second), produced, 2.0, lag, None, p95, None)


def test_the_last_seconds_are_kept_and_minutes_are_summed_up():
    history = History(seconds=100)
    for second in range(181):
        history.add(sample(second, float(second // 60), second, p95=float(second)))
    assert len(history.latest) == 100
    assert history.latest[-1] == sample(180, 3.0, 180, p95=180.0)
    assert [(one.produced, one.lag, one.p95_ms) for one in history.minutes] == [
        (0.0, 59, 59.0),
        (1.0, 119, 119.0),
        (2.0, 179, 179.0),
    ]


def test_another_run_goes_on_and_of_the_time_between_nothing_is_known(tmp_path):
    file = HistoryFile(tmp_path / "data" / "history.sqlite")
    for second in range(30):
        file.add(sample(second, 5.0, 7))
    file.flush()
    now = START + timedelta(seconds=40)
    found = read_history(tmp_path / "data" / "history.sqlite", now - KEPT)
    assert found == [sample(second, 5.0, 7) for second in range(30)]
    history = History()
    history.recall(found, now)
    assert [one.produced for one in history.latest] == [5.0] * 30 + [None] * 10
    assert history.latest[-1].lag is None


def test_what_is_older_than_the_last_hours_is_cut(tmp_path):
    path = tmp_path / "history.sqlite"
    for second in (0, int(KEPT.total_seconds()) + 60):
        file = HistoryFile(path)
        file.add(sample(second))
        file.flush()
    assert len(read_history(path, datetime(2020, 1, 1, tzinfo=UTC))) == 1


def test_a_damaged_file_is_put_aside_and_not_lost(tmp_path, caplog):
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"this is no database at all, whatever its name says" * 50)
    with caplog.at_level(logging.WARNING):
        assert read_history(path, START) == []
    assert "cannot be read" in caplog.text
    file = HistoryFile(path)
    for second in range(20):
        file.add(sample(second))
    file.flush()
    assert (tmp_path / "history.damaged").read_bytes().startswith(b"this is no database")
    assert len(read_history(path, START - KEPT)) == 10


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    file = HistoryFile(tmp_path / "file" / "history.sqlite")
    with caplog.at_level(logging.WARNING):
        for second in range(50):
            file.add(sample(second))
    assert len([entry for entry in caplog.records if "not kept" in entry.message]) == 1


def test_a_locked_file_costs_samples_and_nothing_else(tmp_path, caplog):
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE unrelated (x)")
        base.commit()
    file = HistoryFile(path)
    for second in range(10):
        file.add(sample(second))
    assert len(read_history(path, START - KEPT)) == 10


def test_an_export_is_the_same_in_both_forms_and_no_formula_gets_through(tmp_path):
    rows = [("=1+1", 5, None), ("-x", 1.5, "é")]
    table, objects = export_rows(tmp_path / "out", "kpis", START, ("a", "b", "c"), rows)
    assert table.read_text(encoding="utf-8") == "a,b,c\n'=1+1,5,\n'-x,1.5,é\n"
    assert json.loads(objects.read_text(encoding="utf-8")) == [
        {"a": "=1+1", "b": 5, "c": None},
        {"a": "-x", "b": 1.5, "c": "é"},
    ]


def test_an_export_that_cannot_be_written_says_where(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        export_rows(tmp_path / "file", "kpis", START, ("a",), [])
    assert "file" in caught.value.message
