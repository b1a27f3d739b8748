"""Hints of the doctor, and of the checks it shares with others."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from core.clock import SystemClock
from core.config.load import load_settings
from core.doctor.model import CheckGroup, DoctorContext, Finding, ok
from core.doctor.run import examine
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.bench import Bench, Told
from tests.support.events import event
from tests.support.processes import ROOT
from tests.unit.hints.scenes import TOPIC, broker, send, tries


def findings(b: Bench, told: Told) -> Mapping[str, Mapping[str, str]]:
    """Return the findings of a doctor by their names."""
    return {one["name"]: one for one in told.fields["checks"]}


def helped(b: Bench, hint: str, check: str, **env: str) -> None:
    """Fail unless a check gives the hint no more and is sound."""
    told = b.gone(hint, "doctor", "--timeout", "5", **env)
    assert findings(b, told)[check]["status"] == "ok", told


@tries(
    "fix it; .env.example names every setting",
    "fix the settings first",
    "each check names its fix",
    "fix the line that is named; .env.example names every setting",
)
def settings(b: Bench) -> None:
    b.works("setup")
    b.file(".env", "SNOW_QQQQ=1\nKAFKA_TOPIC=a b\nLOG_LEVEL=LOUD\n")
    b.refused("fix the settings first", "doctor")
    b.file(".env", "DUCKDB_MEMORY_LIMIT_MB=few\n")
    told = b.refused("fix it; .env.example names every setting", "doctor")
    b.expect("each check names its fix", told)
    open_file = b.file(".env", "SNOW_PASSWORD=abcdefgh\n")
    open_file.chmod(0o644)
    told = b.run("doctor")
    b.expect("fix the line that is named; .env.example names every setting", told)
    assert "chmod 600" in findings(b, told)["settings"]["detail"], told
    b.file(".env", "")
    open_file.chmod(0o600)
    helped(b, "fix the line that is named; .env.example names every setting", "settings")


@tries(
    "choose another folder with --data-dir",
    "choose another folder with --reports-dir",
    "make room on the disk",
)
def folders(b: Bench) -> None:
    hint = "choose another folder with --data-dir"
    # Not to be written by root either; beside it there is no room.
    b.refused(hint, "doctor", "--data-dir", "/proc/self/task")
    told = b.refused("make room on the disk", "doctor", "--data-dir", "/proc/nothing")
    assert hint in findings(b, told)["data_dir"]["hint"]
    told = b.gone(hint, "doctor", "--data-dir", "mine")
    assert findings(b, told)["data_dir"]["status"] == "ok"
    hint = "choose another folder with --reports-dir"
    b.refused(hint, "doctor", "--reports-dir", "/proc/self/task")
    told = b.gone(hint, "doctor", "--reports-dir", "mine")
    assert findings(b, told)["reports"]["status"] == "ok"


@tries("set the clock, and let NTP keep it (timedatectl set-ntp true)")
def clock(b: Bench) -> None:
    class Wrong(SystemClock):
        def now(self) -> datetime:
            return datetime(1999, 1, 1, tzinfo=UTC)

    hint = "set the clock, and let NTP keep it (timedatectl set-ntp true)"
    b.clock = Wrong()
    b.refused(hint, "doctor")
    b.clock = SystemClock()
    helped(b, hint, "clock")


@tries(
    "dropship --run setup",
    "it creates what is missing and never changes what is there",
    "run `setup` or `pipeline` first, or name its folder with --data-dir",
    "setup creates what is missing",
    "dropship --run doctor",
    slow=True,
)
def tables(b: Bench) -> None:
    hint = "run `setup` or `pipeline` first, or name its folder with --data-dir"
    b.refused(hint, "kpis")
    b.works("setup", "--data-dir", "mine")
    b.gone(hint, "kpis", "--data-dir", "mine")
    b.works("setup")
    b.gone(hint, "kpis")
    _drop("orders")
    told = b.refused("it creates what is missing and never changes what is there", "doctor")
    b.expect("dropship --run setup", told)
    told = b.refused("setup creates what is missing", "kpis")
    b.expect("dropship --run doctor", told)
    # The doctor that it names tells which one is missing.
    told = b.run("doctor")
    assert "orders" in findings(b, told)["tables"]["detail"]
    b.works("setup")
    b.works("kpis")
    helped(b, "dropship --run setup", "tables")


def _drop(table: str) -> None:
    import duckdb

    with duckdb.connect("data/warehouse.duckdb") as connection:
        connection.execute(f"DROP TABLE mon_schema.{table} CASCADE")


@tries(
    "see broker",
    "run the doctor while a broker runs and nobody holds the warehouse",
    "run the doctor again once it is free",
    "end that process, or choose another --data-dir",
    "run the doctor again once it opens",
    "it was left as it is: restore a copy, or move it away to start a new one",
    slow=True,
)
def warehouse(b: Bench) -> None:
    b.works("setup")
    told = b.refused("see broker", "doctor")
    hint = "run the doctor while a broker runs and nobody holds the warehouse"
    b.expect(hint, told)
    with broker(b):
        told = b.gone(hint, "doctor")
        assert findings(b, told)["topic"]["status"] == "ok"
        assert findings(b, told)["offsets"]["status"] == "ok"
        with _held():
            told = b.refused("run the doctor again once it is free", "doctor")
            b.expect("end that process, or choose another --data-dir", told)
            b.refused("end that process, or choose another --data-dir", "kpis")
            b.works("setup", "--data-dir", "mine")
            b.gone("end that process, or choose another --data-dir", "kpis", "--data-dir", "mine")
        b.works("kpis")
        helped(b, "run the doctor again once it is free", "tables")
        file = Path("data/warehouse.duckdb")
        copy = file.read_bytes()
        for fix in ("restore", "move"):
            file.write_bytes(b"no database" * 1_000)
            told = b.refused("run the doctor again once it opens", "doctor")
            hint = "it was left as it is: restore a copy, or move it away to start a new one"
            b.expect(hint, told)
            if fix == "restore":
                file.write_bytes(copy)
            else:
                file.rename("away.duckdb")
                b.works("setup")
            helped(b, "run the doctor again once it opens", "tables")


@contextmanager
def _held():
    opened = DuckDbWarehouse(load_settings(environ={}), clock=SystemClock())
    try:
        yield opened
    finally:
        opened.close()


@tries(
    "another program commits as this group: give it another KAFKA_GROUP_ID",
    "the topic was cut or made again: find out before anything is read from it",
    slow=True,
)
def offsets(b: Bench) -> None:
    from confluent_kafka import Consumer, TopicPartition

    hint = "another program commits as this group: give it another KAFKA_GROUP_ID"
    b.works("setup")
    with broker(b) as cluster:
        send(cluster, event(1), event(2))
        mine = load_settings(environ={}).kafka.group_id

        def commit(group: str, offset: int) -> None:
            client = Consumer({"bootstrap.servers": cluster.bootstrap_servers, "group.id": group})
            client.commit(offsets=[TopicPartition(TOPIC, 0, offset)], asynchronous=False)
            client.close()

        commit(mine, 2)
        b.refused(hint, "doctor")
        commit(mine, 0)
        commit("another", 2)
        helped(b, hint, "offsets")
        b.works("consume", "--until-caught-up")
        cut = "the topic was cut or made again: find out before anything is read from it"
        _store_further()
        b.refused(cut, "doctor")


def _store_further() -> None:
    """Make the stored offset lie behind the end, as after a topic that was cut."""
    import duckdb

    with duckdb.connect("data/warehouse.duckdb") as connection:
        connection.execute("UPDATE mon_schema.consumer_offsets SET next_offset = 99")


@tries(
    "set a UTF-8 locale, for example LANG=C.UTF-8",
    "set TERM to what the terminal is, for example xterm-256color",
    slow=True,
)
def terminal(b: Bench) -> None:
    """Both are of a process of its own, on a terminal of its own."""
    hints = (
        ("set a UTF-8 locale, for example LANG=C.UTF-8", {"PYTHONIOENCODING": "latin-1"}),
        ("set TERM to what the terminal is, for example xterm-256color", {"TERM": "dumb"}),
    )
    sound = _on_a_terminal(b, {"LANG": "C.UTF-8", "TERM": "xterm-256color"})
    for hint, wrong in hints:
        b.expect(hint, _on_a_terminal(b, {"LANG": "C.UTF-8", "TERM": "xterm-256color", **wrong}))
        assert not any(hint in one for one in sound.hints), sound


def _on_a_terminal(b: Bench, env: Mapping[str, str]) -> Told:
    """Run the doctor with a terminal as stderr; return what it told."""
    ours, theirs = pty.openpty()
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "core.cli.main", "--run", "doctor", "--json", "--quiet"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **env},
            cwd=b.folder,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    fields = json.loads(ended.stdout)
    hints = tuple(one["hint"] or "" for one in fields["checks"])
    return Told(ended.returncode, "", hints, fields)


@tries("it hangs: look at the disk or the network behind it; --timeout waits longer")
def a_check_that_hangs(b: Bench) -> None:
    hint = "it hangs: look at the disk or the network behind it; --timeout waits longer"
    waiting = Event()

    def look(_visit: DoctorContext) -> Iterator[Finding]:
        waiting.wait(0.3)
        yield ok("slow", "in the end")

    def told(timeout_s: float) -> Finding:
        settings = replace(load_settings(environ={}), timeout_s=timeout_s)
        (found,) = examine(settings, clock=SystemClock(), groups=[CheckGroup(("slow",), look)])
        return found

    found = told(0.05)
    b.expect(hint, Told(1, found.detail, (found.hint,), {}))
    assert told(20.0).status.value == "ok"
