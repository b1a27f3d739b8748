"""The log: JSON lines, safe and secret-free, shared by processes, never a reason to fail."""

import json
import logging
import multiprocessing
import os
import re
import stat
import threading
import warnings
from pathlib import Path

import pytest
from confluent_kafka import KafkaError

from core import logs
from core.broker.clients import kafka_error
from core.config.secrets import MASK, Redactor
from core.logs import FILE_ONLY, start_logging, stop_logging
from core.text import clean
from core.text.sanitize import MAX_LENGTH, clean_tree

SECRET = "canary-5ecret"
HOSTILE = "\x1b]0;x\x07\u202e[red]\u200b"


@pytest.fixture
def shown():
    lines: list[tuple[str, str]] = []
    root = logging.getLogger()
    level = root.level
    yield lines
    stop_logging()
    root.setLevel(level)


def begin(file: Path, shown: list, **options) -> bool:
    return start_logging(
        file,
        level=options.pop("level", "INFO"),
        redact=Redactor([SECRET]),
        show=lambda level, text: shown.append((level, text)),
        **options,
    )


def records(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_records_are_json_lines_with_utc_times(tmp_path, shown):
    file = tmp_path / "logs" / "x.log"
    assert begin(file, shown)
    logging.getLogger("a.b").info("hello %s", "you", extra={"count": 3, "path": tmp_path})
    (record,) = records(file)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["time"])
    assert record["message"] == "hello you"
    assert record["level"] == "INFO"
    assert record["logger"] == "a.b"
    assert record["count"] == 3
    assert record["path"] == str(tmp_path)
    assert shown == []


def test_only_the_owner_may_read_it(tmp_path, shown):
    file = tmp_path / "x.log"
    file.touch(mode=0o644)
    begin(file, shown)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_level_of_the_file_and_of_the_person(tmp_path, shown):
    file = tmp_path / "x.log"
    begin(file, shown, level="DEBUG", show_level=logging.ERROR)
    log = logging.getLogger("x")
    log.debug("d")
    log.warning("w")
    log.error("e", extra={"cause": "c"})
    log.error("f", extra=FILE_ONLY)
    assert [record["message"] for record in records(file)] == ["d", "w", "e", "f"]
    assert shown == [("ERROR", "e (cause=c)")]


def test_no_secret_and_no_control_character_gets_in(tmp_path, shown):
    file = tmp_path / "x.log"
    begin(file, shown)
    log = logging.getLogger("x")
    log.warning("password %s %s", SECRET, HOSTILE, extra={"k": [{"n": SECRET + HOSTILE}]})
    error = ValueError(f"{SECRET} {HOSTILE}")
    log.error("broke", exc_info=error)
    text = file.read_text(encoding="utf-8") + repr(shown)
    assert SECRET not in text
    assert "***" in text
    assert "\\u001b" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    trace = records(file)[1]["exc_info"]
    assert trace.startswith("ValueError: ***")


def test_tracebacks_of_endless_recursion_are_cut(tmp_path):
    def deep(n: int) -> None:
        if n:
            deep(n - 1)
        raise ValueError(SECRET)

    def forth(n: int) -> None:
        back(n - 1)

    def back(n: int) -> None:
        if n <= 0:
            deep(0)
        forth(n)

    with pytest.raises(ValueError) as caught:
        forth(200)
    info = (ValueError, caught.value, caught.value.__traceback__)
    text = logs._safe_lines(logging.Formatter().formatException(info), Redactor([SECRET]))
    assert text.count("\n") <= logs._TRACE_LINES
    assert SECRET not in text


def test_a_file_that_cannot_be_written_is_a_warning(tmp_path, shown):
    (tmp_path / "file").touch()
    assert not begin(tmp_path / "file" / "x.log", shown)
    logging.getLogger("x").info("goes nowhere")
    ((level, text),) = shown
    assert level == "WARNING"
    assert "no log is kept" in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_is_said_once(shown):
    assert begin(Path("/dev/full"), shown)
    for _ in range(3):
        logging.getLogger("x").info("lost")
    ((level, text),) = shown
    assert level == "WARNING"
    assert "incomplete" in text


@pytest.mark.threads_fail
def test_warnings_and_failed_threads_are_logged(tmp_path, shown):
    file = tmp_path / "x.log"
    begin(file, shown)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    thread = threading.Thread(target=lambda: 1 / 0, name="helper")
    thread.start()
    thread.join()
    messages = [record["message"] for record in records(file)]
    assert "old way" in messages[0]
    assert messages[1] == "thread helper failed: division by zero"
    assert "ZeroDivisionError" in records(file)[1]["exc_info"]


def test_a_file_that_another_process_rotated_is_left(tmp_path, shown):
    file = tmp_path / "x.log"
    begin(file, shown)
    logging.getLogger("x").info("before")
    file.rename(tmp_path / "x.log.1")
    logging.getLogger("x").info("after")
    assert [record["message"] for record in records(file)] == ["after"]
    assert [record["message"] for record in records(tmp_path / "x.log.1")] == ["before"]


def _write_many(file: Path, name: str, count: int) -> None:
    start_logging(file, level="INFO", redact=Redactor(), show=lambda _level, _text: None)
    log = logging.getLogger("w")
    for number in range(count):
        log.info("%s-%d", name, number)
    stop_logging()


def test_processes_share_a_file_and_its_rotation(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "MAX_BYTES", 20_000)
    file = tmp_path / "x.log"
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    count = 200
    workers = [context.Process(target=_write_many, args=(file, name, count)) for name in "abc"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0
    parts = [part for part in tmp_path.glob("x.log*") if part.suffix != ".lock"]
    assert len(parts) > 1
    found = [record["message"] for part in parts for record in records(part)]
    assert sorted(found) == sorted(f"{name}-{n}" for name in "abc" for n in range(count))
    assert all(stat.S_IMODE(part.stat().st_mode) == 0o600 for part in parts)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""A secret whose every letter tells: nothing else in these texts is in capitals."""


@pytest.fixture
def masking(tmp_path, shown):
    """A process that has begun its log with one secret."""
    start_logging(
        tmp_path / "x.log",
        level="INFO",
        redact=Redactor([LETTERS]),
        show=lambda level, text: shown.append((level, text)),
    )


@pytest.mark.usefixtures("masking")
def test_an_error_of_a_client_that_is_cut_shows_no_head_of_a_secret():
    for before in range(250, 320):
        reason = "x" * before + LETTERS + " is refused"
        told = kafka_error(KafkaError(KafkaError.INVALID_CONFIG, reason), "connecting").message
        assert not set(told) & set(LETTERS), told


@pytest.mark.usefixtures("masking")
def test_whatever_is_cut_is_masked_first():
    text = f"a long line with {LETTERS} in it, and {LETTERS} at its end: {LETTERS}"
    for limit in range(len(text) + 2):
        for told in (clean(text, limit), clean(text.encode(), limit)):
            assert not set(told) & set(LETTERS), (limit, told)
            assert len(told) <= limit
    assert clean(text).count(MASK) == 3
    assert clean_tree({text: [text.encode()]}, 30) == {clean(text, 30): [clean(text, 30)]}


@pytest.mark.usefixtures("masking")
def test_a_screen_shows_no_secret_either():
    """What the workers tell goes to a screen as it is: only `clean` stands between."""
    assert clean(f"sasl.password={LETTERS} refused") == f"sasl.password={MASK} refused"


@pytest.mark.usefixtures("masking")
def test_a_record_that_is_cut_shows_no_head_of_a_secret(tmp_path, shown):
    logging.getLogger("x").warning("%s%s", "y" * (MAX_LENGTH - 10), LETTERS, extra={"a": LETTERS})
    assert not set(shown[0][1]) & set(LETTERS)
    (record,) = records(tmp_path / "x.log")
    assert not set(record["message"] + record["a"]) & set(LETTERS)


@pytest.mark.usefixtures("masking")
def test_after_the_log_is_over_nothing_is_masked():
    stop_logging()
    assert clean(LETTERS) == LETTERS
