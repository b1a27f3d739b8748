"""What a supervisor relies on: the unit is valid, and a service tells when it is ready and ends."""

import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from core.cli.parsing import parse
from core.operations.history import Sample
from core.service.notify import notify
from core.service.serve import is_alive
from tests.support.moments import NOW, moment
from tests.support.processes import ROOT, commands
from tests.support.waiting import wait_until

UNIT = ROOT / "docs" / "dropship.service"


def settings_of_unit(name: str) -> str:
    return next(
        line.partition("=")[2]
        for line in UNIT.read_text().splitlines()
        if line.startswith(f"{name}=")
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path):
    here = tmp_path / UNIT.name
    here.write_text(UNIT.read_text().replace("/opt/dropship/bin/dropship", sys.executable))
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False
    )
    ours = [line for line in checked.stderr.splitlines() if UNIT.name in line]
    assert (checked.returncode, ours) == (0, [])


def test_the_unit_runs_a_call_that_exists():
    _program, *arguments = settings_of_unit("ExecStart").split()
    assert parse("serve", arguments).run == "serve"
    assert settings_of_unit("Type") == "notify"
    assert settings_of_unit("SuccessExitStatus") == "143"
    assert settings_of_unit("RestartPreventExitStatus") == "2"


def test_nobody_is_told_where_nobody_asked(tmp_path):
    notify({}, READY=1)
    notify({"NOTIFY_SOCKET": "nonsense"}, READY=1)
    notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}, READY=1)


def test_a_supervisor_is_told(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "n"))
        heard.settimeout(5)
        notify({"NOTIFY_SOCKET": str(tmp_path / "n")}, READY=1, MAINPID=7)
        assert heard.recv(100) == b"READY=1\nMAINPID=7"


def test_the_watchdog_is_fed_only_while_the_pipeline_is_looked_at():
    assert not is_alive(moment())
    just_now = (Sample(NOW, None, None, None, None, None, None),)
    assert is_alive(moment(history=just_now))
    assert not is_alive(replace(moment(history=just_now), at=NOW + timedelta(seconds=6)))


@pytest.mark.slow
def test_a_service_says_when_it_is_ready_that_it_lives_and_that_it_ends(tmp_path):
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard,
        commands(tmp_path) as dropship,
    ):
        place = tmp_path / "n"
        heard.bind(str(place))
        heard.settimeout(30)
        said = []

        def until(word: str) -> None:
            wait_until(lambda: said.append(heard.recv(200).decode()) or word in said[-1])

        service = dropship.start("serve", env={"NOTIFY_SOCKET": str(place)})
        until("READY=1")
        assert f"MAINPID={service.pid}" in said[-1]
        assert dropship("status").code in {0, 1}
        until("WATCHDOG=1")
        service.signal(signal.SIGTERM)
        until("STOPPING=1")
        assert service.end().code == 143
