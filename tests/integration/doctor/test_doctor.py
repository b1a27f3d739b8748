"""The doctor: what it says when all is well, and that nothing broken keeps it from answering."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psutil
import pytest
from confluent_kafka import Consumer, TopicPartition

from core.clock import SystemClock
from core.config import KafkaSettings, Paths, Settings
from core.doctor.model import CheckGroup, DoctorContext, Finding, Status, fail, ok
from core.doctor.program import fits
from core.doctor.run import CHECK_NAMES, examine
from core.jobs.doctor import DoctorResult
from tests.support.events import event
from tests.support.processes import ROOT, Dropship, Ended, commands
from tests.support.topic import publish
from tests.support.waiting import wait_until

CANARY = "canary-Pa55word/+="


@pytest.fixture
def dropship(tmp_path) -> Iterator[Dropship]:
    with commands(tmp_path) as command:
        yield command


def checks(settings: Settings, **options) -> dict[str, Finding]:
    """Examine in this process; every check answers, and says how to fix what is not ok."""
    found = examine(settings, clock=SystemClock(), **options)
    if "groups" not in options:
        unused = () if settings.kafka.registry else ("registry",)
        assert [one.name for one in found] == [one for one in CHECK_NAMES if one not in unused]
    for one in found:
        assert one.detail
        assert bool(one.hint) is (one.status is not Status.OK)
    return {one.name: one for one in found}


def statuses(found: dict[str, Finding], *names: str) -> list[str]:
    return [found[name].status.value for name in names]


SEEN = ("broker", "topic", "warehouse", "tables", "offsets")


def test_a_fresh_folder_has_nothing_to_mend_and_stays_empty(settings):
    found = checks(settings)
    assert statuses(found, *SEEN) == ["warn", "warn", "ok", "ok", "warn"]
    assert "dropship --run broker" in found["broker"].hint
    assert not settings.paths.data.exists()
    assert DoctorResult(list(found.values())).bad == ""


def test_all_is_well_beside_a_broker_with_records(settings, broker, warehouse):
    publish(broker.bootstrap_servers, "orders_topic", [event(1), event(2)], partition=1)
    warehouse.close()
    found = checks(settings)
    assert statuses(found, *SEEN) == ["ok"] * 5
    assert "4 partitions, 2 offsets kept" in found["topic"].detail
    assert "1: 0-2" in found["topic"].detail
    assert "lag 2 records" in found["offsets"].detail


def test_an_announcement_that_is_stale_is_named(settings):
    settings.paths.data.mkdir()
    settings.paths.broker_file.write_text(
        '{"bootstrap_servers": "127.0.0.1:1", "pid": 1, "started_at": "2026-01-01T00:00:00Z"}'
    )
    assert "broker.json is left over" in checks(settings)["broker"].detail


def commit(servers: str, group: str, partition: int, offset: int) -> None:
    client = Consumer({"bootstrap.servers": servers, "group.id": group})
    try:
        where = [TopicPartition("orders_topic", partition, offset)]
        client.commit(offsets=where, asynchronous=False)
    finally:
        client.close()


def test_commits_ahead_of_the_stored_offsets_fail(settings, broker, warehouse):
    servers = broker.bootstrap_servers
    publish(servers, "orders_topic", [event(1)] * 3, partition=2)
    warehouse.register_partitions(broker.identity("orders_topic"), dict.fromkeys(range(4), 0))
    warehouse.close()
    assert statuses(checks(settings), "offsets") == ["ok"]
    commit(servers, settings.kafka.group_id, 2, 3)
    found = checks(settings)
    assert statuses(found, "offsets") == ["fail"]
    assert "2: 3 > 0" in found["offsets"].detail


def test_a_topic_that_ends_before_the_stored_offsets_fails(settings, broker, warehouse):
    warehouse.register_partitions(broker.identity("orders_topic"), {0: 7})
    warehouse.close()
    found = checks(settings)
    assert statuses(found, "offsets") == ["fail"]
    assert "0: 7 > 0" in found["offsets"].detail


def test_a_table_that_is_missing_fails_and_is_not_made(settings, warehouse):
    warehouse.close()
    with duckdb.connect(str(settings.paths.warehouse_file)) as connection:
        connection.execute("DROP TABLE mon_schema.orders")
    before = settings.paths.warehouse_file.read_bytes()
    found = checks(settings)
    assert statuses(found, "warehouse", "tables") == ["ok", "fail"]
    assert "orders" in found["tables"].detail
    assert "--run setup" in found["tables"].hint
    assert settings.paths.warehouse_file.read_bytes() == before


def test_a_warehouse_without_the_schema_is_a_warning(settings, warehouse):
    warehouse.close()
    found = checks(replace(settings, schema="elsewhere"))
    assert statuses(found, "warehouse", "tables") == ["ok", "warn"]
    assert "elsewhere" in found["tables"].detail


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 4_000])
def test_a_damaged_warehouse_fails_and_is_left_as_it_is(settings, damage):
    settings.paths.data.mkdir()
    settings.paths.warehouse_file.write_bytes(damage)
    found = checks(settings)
    assert statuses(found, "warehouse", "tables") == ["fail", "warn"]
    assert "damaged" in found["warehouse"].detail
    assert settings.paths.warehouse_file.read_bytes() == damage


@pytest.mark.slow
def test_who_holds_the_warehouse_is_named(dropship):
    holder = dropship.start("consume")
    holder.says("no embedded broker")
    record = dropship("doctor").done()
    found = {check["name"]: check for check in record["checks"]}
    assert found["warehouse"]["status"] == "ok"
    assert f"process {holder.pid}" in found["warehouse"]["detail"]


@pytest.mark.slow
def test_what_a_killed_consumer_left_is_readable_without_a_change(dropship):
    dropship("seed", "--orders", "3000").done()
    dropship.start_broker()
    consumer = dropship.start("consume")
    produced = dropship("produce", "--rate", "0").done()
    wal = dropship.paths.warehouse_file.with_suffix(".duckdb.wal")
    with dropship.broker() as cluster:
        wait_until(
            lambda: (
                sum(cluster.committed("orders_topic", dropship.settings.kafka.group_id).values())
                == produced["acked"]
            )
        )
    consumer.kill()
    before = (wal.read_bytes(), dropship.paths.warehouse_file.read_bytes())
    record = dropship("doctor").done()
    found = {check["name"]: check for check in record["checks"]}
    assert "3,000 raw events" in found["tables"]["detail"]
    assert "lag 0 records" in found["offsets"]["detail"]
    assert (wal.read_bytes(), dropship.paths.warehouse_file.read_bytes()) == before


def kafka(port: int, **client: str) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=f"127.0.0.1:{port}",
        client={name.replace("_", "."): value for name, value in client.items()},
    )


SASL = {
    "security_protocol": "SASL_PLAINTEXT",
    "sasl_mechanism": "PLAIN",
    "sasl_username": "me",
    "sasl_password": CANARY,
}


@contextmanager
def listener(*, backlog: int) -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(backlog)
        yield server.getsockname()[1]


def test_a_configured_broker_that_is_down_fails_without_secrets(settings):
    with listener(backlog=1) as port:
        pass
    found = checks(replace(settings, kafka=kafka(port, **SASL), timeout_s=2.0))
    assert statuses(found, "broker", "topic") == ["fail", "warn"]
    assert str(port) in found["broker"].detail
    assert "refused" in found["broker"].detail.lower()
    assert CANARY not in str(found)


@pytest.mark.slow
def test_a_broker_that_never_answers_costs_no_more_than_the_timeout(dropship):
    with listener(backlog=5) as port:
        env = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}"}
        ended = dropship("doctor", "--timeout", "2", env=env)
    assert ended.code == 1
    assert ended.record["error"]["message"].startswith("1 check failed: broker")
    seen = [check["name"] for check in ended.record["checks"]]
    assert seen == [name for name in CHECK_NAMES if name != "registry"]  # none is used
    assert ended.record["elapsed_s"] < 6


def test_a_check_that_hangs_or_breaks_leaves_the_others_alone(settings):
    release = threading.Event()

    def hang(_visit: DoctorContext) -> Iterator[Finding]:
        yield ok("first", "was seen")
        release.wait(30)
        yield ok("second", "too late")

    def broken(_visit: DoctorContext) -> Iterator[Finding]:
        yield ok("third", "was seen")
        raise RuntimeError(f"boom {CANARY} \x1b[31m")

    def fine(_visit: DoctorContext) -> Iterator[Finding]:
        yield fail("fifth", "seen \u202e", "fix it")

    secret = replace(settings, kafka=kafka(1, **SASL), timeout_s=0.2)
    groups = (
        CheckGroup(("third", "fourth"), broken),
        CheckGroup(("fifth",), fine),
        CheckGroup(("first", "second"), hang),
    )
    try:
        found = checks(secret, groups=groups)
    finally:
        release.set()
    assert statuses(found, "first", "second", "third", "fourth") == ["ok", "fail", "ok", "fail"]
    assert "no answer within 0.2 seconds" in found["second"].detail
    assert found["fourth"].detail == "the check itself failed: RuntimeError: boom *** \ufffd[31m"
    assert found["fifth"].detail == "seen \ufffd"


def test_a_stop_ends_it_between_two_checks(settings):
    seen: list[str] = []

    def look(_visit: DoctorContext) -> Iterator[Finding]:
        seen.append("look")
        yield ok("one", "seen")

    section = CheckGroup(("one",), look)
    found = examine(
        settings,
        clock=SystemClock(),
        cancelled=lambda: bool(seen),
        groups=(section, section),
    )
    assert len(found) == 1


@pytest.fixture
def read_only_disk(tmp_path) -> Iterator[Path]:
    """A folder on a file system that cannot be written."""
    folder = tmp_path / "read_only"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip(f"this machine does not allow to mount: {mounted.stderr.decode()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("below", [".", "absent/data"])
def test_folders_that_cannot_be_written_fail(settings, read_only_disk, below):
    folder = read_only_disk / below
    found = checks(replace(settings, paths=Paths(data=folder, reports=folder)))
    assert statuses(found, "data_dir", "reports") == ["fail", "fail"]
    assert "--data-dir" in found["data_dir"].hint


def test_folders_that_are_files_fail(settings, tmp_path):
    (tmp_path / "file").write_text("")
    paths = Paths(data=tmp_path / "file" / "data", reports=tmp_path / "file")
    found = checks(replace(settings, paths=paths))
    assert statuses(found, "data_dir", "reports") == ["fail", "fail"]


@pytest.mark.slow
def test_everything_broken_at_once_is_all_told(dropship):
    dropship.paths.warehouse_file.mkdir(parents=True)
    dropship.paths.broker_file.write_text("{")
    for place in (dropship.paths.reports, dropship.paths.data / "reports"):
        place.write_text("")
    with listener(backlog=1) as port:
        pass
    env = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}", "LANG": "C", "TERM": "dumb"}
    ended = dropship("doctor", "--timeout", "3", env=env)
    assert ended.code == 1
    found = {check["name"]: check["status"] for check in ended.record["checks"]}
    assert [found[name] for name in ("broker", "warehouse", "reports")] == ["fail"] * 3
    assert "3 checks failed: reports, broker, warehouse" in ended.record["error"]["message"]


class Wrong(SystemClock):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def test_a_clock_that_cannot_be_right(settings):
    settings.paths.data.mkdir()
    (clock,) = (
        one
        for one in examine(settings, clock=Wrong(datetime(1970, 1, 1, tzinfo=UTC)))
        if one.name == "clock"
    )
    assert clock.status is Status.FAIL
    settings.paths.warehouse_file.write_bytes(b"")
    yesterday = Wrong(datetime.now(UTC) - timedelta(days=1))
    (clock,) = (one for one in examine(settings, clock=yesterday) if one.name == "clock")
    assert clock.status is Status.WARN
    assert "warehouse.duckdb" in clock.detail


def test_settings_that_work_and_should_not_stay_are_a_warning(settings):
    found = checks(replace(settings, warnings=(".env: chmod 600 .env",)))
    assert found["settings"].status is Status.WARN
    assert "chmod 600" in found["settings"].detail


@pytest.mark.parametrize(
    ("found", "wanted", "fitting"),
    [
        ("2.0.0", "<3,>=2.0", True),
        ("1.9.9", "<3,>=2.0", False),
        ("3.0.0rc1", "<3,>=2.0", False),
        ("3.11.7", "<3.14,>=3.11", True),
        ("3.14", "<3.14,>=3.11", False),
        ("84.2.1", "==84.2.1", True),
        ("anything", "", True),
    ],
)
def test_versions_in_bounds(found, wanted, fitting):
    assert fits(found, wanted) is fitting


def test_a_library_of_another_version_fails(settings, monkeypatch):
    # The metadata of the installed project is what the environment says: nothing of ours.
    monkeypatch.setattr("core.doctor.program.requires", lambda _name: ["duckdb<2", "nope>=1"])
    found = checks(settings)
    assert found["libraries"].status is Status.FAIL
    assert "nope is missing" in found["libraries"].detail
    assert "make install" in found["libraries"].hint


def test_the_summary_shows_each_check_with_its_hint(settings):
    result = DoctorResult([ok("python", "3.11"), fail("broker", "down", "start it")])
    lines = result.summary().lines
    assert lines[0].startswith("ok    python")
    assert lines[2].strip() == "hint: start it"
    assert lines[-1] == "1 ok, 0 warnings, 1 error"
    assert result.bad == "1 check failed: broker"


def test_nothing_is_left_running(settings):
    process = psutil.Process()
    checks(settings)  # libraries that keep threads of their own start them now
    before = process.num_threads()
    for _ in range(3):
        checks(settings)
    wait_until(lambda: process.num_threads() <= before, what="threads are left")


def examined(dropship: Dropship, **env: str) -> tuple[Ended, dict[str, dict[str, str]]]:
    ended = dropship("doctor", "--timeout", "5", env=env)
    return ended, {check["name"]: check for check in ended.record["checks"]}


def test_each_wrong_setting_is_a_check_and_the_rest_is_looked_at(dropship):
    dropship("setup").done()
    (dropship.folder / ".env").write_text(
        f"LOG_LEVEL=loud\nKAFKA_SASL_PASSWORD={CANARY}\nKAFKA_TOPIC='open\nSNOW_SCHEMA=a b\n"
    )
    ended, found = examined(dropship)
    assert (ended.code, ended.record["error"]["kind"]) == (2, "config")
    wrong = {"LOG_LEVEL": 1, "KAFKA_SASL_PASSWORD": 2, "KAFKA_TOPIC": 3, "SNOW_SCHEMA": 4}
    for name, line in wrong.items():
        assert found[name]["status"] == "fail"
        assert f".env:{line}" in found[name]["detail"]
        assert found[name]["hint"]
        assert name in ended.record["error"]["message"]
    assert found["KAFKA_SASL_PASSWORD"]["hint"] == "did you mean KAFKA_CONF_SASL_PASSWORD?"
    assert "settings" not in found
    assert found["warehouse"]["status"] == "ok"
    for name in ("broker", "topic", "tables"):
        assert found[name]["status"] == "warn"
        assert "a setting that it depends on is wrong" in found[name]["detail"]
    assert CANARY not in ended.out + ended.err


@pytest.mark.slow
def test_a_broker_is_looked_at_beside_wrong_settings_of_the_warehouse(dropship):
    dropship.start_broker()
    ended, found = examined(dropship, SNOW_SCHEMA="a b", KAFKA_TOPIC_PARTITIONS="none")
    assert ended.code == 2
    assert (found["broker"]["status"], found["topic"]["status"]) == ("ok", "ok")
    ended, found = examined(dropship, KAFKA_TOPIC="a b")
    assert (found["broker"]["status"], found["topic"]["status"]) == ("ok", "warn")


def test_a_file_of_settings_that_cannot_be_read_is_a_check(dropship):
    (dropship.folder / ".env").mkdir()
    ended, found = examined(dropship)
    assert ended.code == 2
    assert "is a directory" in found["settings"]["detail"]
    assert found["data_dir"]["status"] == "ok"
    for name in ("broker", "topic", "warehouse", "tables"):
        assert found[name]["status"] == "warn"


def test_wrong_settings_are_shown_to_a_person_once_each(dropship):
    command = [sys.executable, "-m", "core.cli.main", "--run", "doctor"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LOG_LEVEL": "loud"}
    ended = subprocess.run(
        command, cwd=dropship.folder, env=env, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stdout.count("'loud' is not a level") == 1
    assert "'loud'" not in ended.stderr
    assert "1 check failed: LOG_LEVEL" in ended.stderr
