"""`--json` prints exactly one object whatever happens, and exit codes tell what happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.cli.conftest import ROOT

RUN = ("--run", "broker")


def test_a_job_that_is_done(dropship):
    ended = dropship("--run", "seed", "--json", "--orders", "20")
    record = ended.record
    assert ended.code == 0
    assert record["job"] == "seed"
    assert record["backend"] == {"broker": "embedded", "warehouse": "duckdb"}
    assert record["orders"] == 20
    assert record["elapsed_s"] > 0
    assert (dropship.folder / record["files"][0]["path"]).exists()


@pytest.mark.parametrize(
    ("arguments", "job", "word"),
    [
        ((), None, "name a job"),
        (("--run",), "", "name a job"),
        (("--run", "sed"), "sed", "no job 'sed'"),
        (("--run=\x1b]0;x\x07",), "\ufffd]0;x\ufffd", "no job"),
        (("--run", "seed", "--orders", "x"), "seed", "--orders: 'x'"),
        (("--run", "seed", "--orders"), "seed", "--orders: its value is missing"),
        (("--run", "seed", "--nope"), "seed", "--nope: unknown option"),
        (("--run", "seed", "stray"), "seed", "'stray'"),
        (("--run", "produce", "--mode", "repaly"), "produce", "--mode"),
        (("--run", "seed", "--data-dir", "/dev/null"), "seed", "--data-dir"),
        (("--run", "seed", "--env-file", "absent"), "seed", "--env-file absent"),
        (("--run", "seed", "--lang", "xx"), "seed", "--lang"),
        (("--run", "consume", "--duration", "0"), "consume", "--duration: '0' is not a duration"),
        (("--run", "produce", "--duration", "0s"), "produce", "--duration: '0s'"),
        (("--run", "kpis", "--watch", "0"), "kpis", "--watch: '0'"),
        (("--run", "seed", "--max-bad", "1"), "seed", "--max-bad: unknown option"),
        (("--run", "doctor", "--max-bad", "1"), "doctor", "--max-bad: unknown option"),
        (("--run", "seed", "--json=1"), "seed", "--json: takes no value"),
    ],
)
@pytest.mark.slow
def test_a_wrong_call_ends_with_2(dropship, arguments, job, word):
    ended = dropship("--json", *arguments)
    assert ended.code == 2
    assert ended.record["job"] == job
    assert ended.record["error"]["kind"] in {"usage", "config"}
    assert word in ended.record["error"]["message"]
    assert ended.err.startswith("dropship: error: ")
    assert "Traceback" not in ended.err
    assert not (dropship.folder / "data").exists()


@pytest.mark.parametrize(
    "command",
    [("kpis",), ("kpis", "--watch", "1"), ("validate",), ("transform",), ("dlq", "--replay")],
)
@pytest.mark.slow
def test_a_data_directory_without_a_warehouse_is_said_and_nothing_is_made(dropship, command):
    ended = dropship("--run", *command, "--json", "--data-dir", "mistyped")
    assert (ended.code, ended.record["error"]["kind"]) == (2, "usage")
    assert "no warehouse at mistyped/warehouse.duckdb" in ended.record["error"]["message"]
    assert "`setup` or `pipeline`" in ended.record["error"]["hint"]
    assert list(dropship.folder.iterdir()) == []


@pytest.mark.parametrize("flag", ["--json=1", "--json="])
def test_a_value_for_json_is_answered_with_the_one_object(dropship, flag):
    ended = dropship("--run", "seed", flag)
    assert (ended.code, ended.record["exit_code"]) == (2, 2)
    assert ended.record["error"]["message"] == "--json: takes no value"
    assert list(dropship.folder.iterdir()) == []


def test_options_that_do_not_fit_together_end_with_2(dropship):
    ended = dropship("--json", "--run", "seed", "--end", "2023-01-01")
    assert ended.code == 2
    assert "--end" in ended.record["error"]["message"]


def test_without_json_stdout_holds_the_summary_and_stderr_the_errors(dropship):
    done = dropship(*RUN, stub="good")
    assert (done.code, done.out, done.err) == (0, "the summary\n", "")
    failed = dropship("--run", "sed")
    assert failed.out == ""
    assert failed.err.splitlines()[0] == "dropship: error: --run: there is no job 'sed'"


def test_values_are_exact_and_harmless(dropship):
    record = dropship(*RUN, "--json", stub="good").record
    assert record["money"] == "1234.50"
    assert record["hostile"] == "\ufffd[31m\ufffd"


@pytest.mark.slow
def test_stray_output_of_others_never_reaches_stdout(dropship):
    ended = dropship(*RUN, "--json", stub="noisy")
    assert ended.record["sent"] == 1
    for text in ("a stray print", "a stray write", "a stray line of C"):
        assert text in ended.err


def test_a_bad_result_ends_with_1_and_keeps_its_keys(dropship):
    ended = dropship(*RUN, "--json", stub="bad")
    assert ended.code == 1
    assert ended.record["sent"] == 1
    assert ended.record["error"]["message"] == "3 events were not delivered"
    told = dropship(*RUN, stub="bad")
    assert told.code == 1
    assert told.out == "the summary\n"
    assert told.err == "dropship: error: 3 events were not delivered\n"


def test_what_is_known_half_way_is_told(dropship):
    ended = dropship(*RUN, "--json", stub="halfway")
    assert ended.code == 2
    assert ended.record["error"] == {
        "kind": "input",
        "message": "orders.csv:3: no",
        "hint": "fix it",
    }
    assert ended.record["sent"] == 7
    assert ended.record["seed"] == {"orders": 5}


@pytest.mark.parametrize("behaviour", ["broken", "leaving", "mute", "circular"])
def test_a_defect_ends_with_4_and_the_log_has_the_traceback(dropship, behaviour):
    ended = dropship(*RUN, "--json", stub=behaviour)
    assert ended.code == 4
    assert ended.record["error"]["kind"] == "internal"
    assert "data/logs/dropship.log" in ended.record["error"]["hint"]
    assert "Traceback" not in ended.err
    traces = [json.loads(line).get("exc_info", "") for line in dropship.log.splitlines()]
    assert any(trace.startswith("Traceback") for trace in traces)


def test_debug_shows_the_traceback(dropship):
    ended = dropship(*RUN, "--json", "--debug", stub="broken")
    assert ended.record["exit_code"] == 4
    assert "Traceback" in ended.err
    assert "in broken" in ended.err


@pytest.mark.slow
def test_a_thread_that_fails_prints_no_traceback(dropship):
    ended = dropship(*RUN, "--json", stub="stray_thread")
    told = "dropship: error: thread stray failed: division by zero\n"
    assert ended.err == told * 2  # at once, and as the reason of the end
    error = ended.record["error"]
    assert (ended.code, error["kind"]) == (4, "internal")
    assert error["message"] == "thread stray failed: division by zero"
    assert "ZeroDivisionError" in dropship.log


@pytest.mark.slow
def test_a_log_that_cannot_be_written_is_only_a_warning(dropship):
    ended = dropship(*RUN, "--json", "--log-file", "/dev/null/x.log", stub="good")
    assert ended.record["ok"]
    assert ended.err.startswith("dropship: warning: no log is kept: /dev/null/x.log")
    broken = dropship(*RUN, "--json", "--log-file", "/dev/null/x.log", stub="broken")
    assert "--debug" in broken.record["error"]["hint"]


@pytest.mark.slow
def test_the_log_tells_of_each_run(dropship):
    dropship(*RUN, stub="bad")
    first, last = (json.loads(line) for line in dropship.log.splitlines())
    assert (first["message"], first["job"]) == ("run begins", "broker")
    assert (last["message"], last["exit_code"], last["kind"]) == ("run ends", 1, "bad_result")


@pytest.mark.slow
def test_quiet_leaves_only_errors(dropship, env_file):
    env_file("KAFKA_TOPIC=a\nKAFKA_TOPIC=b\n")
    assert "set twice" in dropship(*RUN, stub="good").err
    assert dropship(*RUN, "--quiet", stub="good").err == ""
    assert "error" in dropship(*RUN, "--quiet", stub="bad").err


def test_a_reader_who_left_changes_nothing(dropship):
    reading, writing = os.pipe()
    os.close(reading)
    process = dropship.start(*RUN, "--json", stub="good", stdout=writing)
    os.close(writing)
    ended = dropship.end(process)
    assert ended.code == 0
    assert ended.err == ""


def test_a_job_that_repeats_itself_ends_when_its_reader_leaves(dropship):
    process = dropship.start(*RUN, stub="watching")
    dropship.ready(process)
    process.stdout.close()
    assert process.wait(20) == 0
    assert b"Traceback" not in process.stderr.read()


@pytest.mark.slow
def test_a_full_disk_behind_stdout_is_an_error(dropship):
    with Path("/dev/full").open("wb") as full:
        ended = dropship.end(dropship.start(*RUN, "--json", stub="good", stdout=full))
    assert ended.code == 1
    assert "stdout: No space left on device" in ended.err


@pytest.mark.parametrize("question", ["--help", "--version", "--run seed --help"])
def test_help_for_nobody_is_an_error(dropship, question):
    ended = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m core.cli.main {question} >&-', sys.executable],
        cwd=dropship.folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert b"stdout: Bad file descriptor" in ended.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.slow
def test_closed_streams_are_no_crash_but_a_lost_result_is_told(dropship, closed):
    command = f'"$0" -m core.cli.main --run seed --json --orders 5 {closed}'
    ended = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable],
        cwd=dropship.folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in ended.stderr
    if ">&-" not in closed.replace("2>&-", ""):
        assert (ended.returncode, json.loads(ended.stdout)["orders"]) == (0, 5)
    else:
        assert (ended.returncode, ended.stdout) == (1, b"")
        assert "2>&-" in closed or b"stdout: Bad file descriptor" in ended.stderr
    # What would have gone to a closed stream must not have gone into a file of ours.
    assert b"{" not in (dropship.folder / "data" / "seed" / "orders.csv").read_bytes()
