"""The recipes of docs/operations.md do what they say: cron's lines run, launchd's list is one."""

import os
import plistlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from core import __version__
from core.cli.parsing import parse
from core.service.place import service_of
from tests.support.dockerfile import last
from tests.support.processes import ROOT, commands
from tests.support.waiting import wait_until

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def recipe(title: str) -> str:
    """Return the block of code below a heading."""
    _before, _title, rest = PAGE.partition(f"\n### {title}\n")
    found = re.search(r"```\w*\n(.*?)```", rest, re.DOTALL)
    assert found is not None, title
    return found[1]


def crontab() -> dict[str, str]:
    """Return the commands of the lines by when they run, as cron reads them."""
    lines = {}
    for line in recipe("cron").splitlines():
        when, command = re.fullmatch(r"(@reboot|(?:\S+\s+){4}\S+)\s+(.*)", line).groups()
        assert "%" not in command, "cron makes line ends of them"
        lines[re.sub(r"\s+", " ", when)] = command
    return lines


def test_launchd_starts_what_there_is_and_waits_for_its_end():
    agent = plistlib.loads(recipe("launchd").encode())
    program, *arguments = agent["ProgramArguments"]
    assert Path(program).name == "dropship"
    assert arguments[:2] == ["--run", "serve"]
    assert parse("serve", arguments[2:]).quiet
    assert Path(agent["WorkingDirectory"]).is_absolute()
    assert agent["RunAtLoad"] is True
    # `--run stop` ends it with 0 for good; what failed comes back.
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["ExitTimeOut"] >= 180


def test_the_container_of_the_recipe_is_that_of_the_image():
    lines = [shlex.split(line) for line in recipe("A container").splitlines()]
    started, console, status = lines
    assert started[:2] == ["docker", "run"]
    assert started[-1] == f"dropship:v{__version__}"
    name = started[started.index("--name") + 1]
    folder = started[started.index("--volume") + 1].partition(":")[2]
    assert folder == last("WORKDIR").value
    assert int(started[started.index("--stop-timeout") + 1]) >= 180
    assert "serve" in last("CMD").value
    assert console[-2:] == [name, "dropship"]
    assert {"--interactive", "--tty"} <= set(console)
    assert status[-4:] == [name, "dropship", "--run", "status"]


@pytest.mark.slow
def test_cron_starts_a_service_that_is_not_there_and_leaves_one_that_is(tmp_path):
    every = crontab()
    assert set(every) == {"@reboot", "*/5 * * * *"}
    program = tmp_path / "orders" / ".venv" / "bin" / "dropship"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m core.cli.main "$@"\n')
    program.chmod(0o755)
    mail = tmp_path / "mail"
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}

    def run(when: str) -> subprocess.Popen[bytes]:
        """Run a line as cron does."""
        with mail.open("ab") as said:
            return subprocess.Popen(
                ["/bin/sh", "-c", every[when]],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    with commands(tmp_path / "orders") as dropship:
        first = run("*/5 * * * *")
        try:
            wait_until(lambda: dropship("status").code == 0, seconds=60)
            served = service_of(dropship.paths).pid
            for when in ("*/5 * * * *", "@reboot"):
                run(when).wait(60)
                assert service_of(dropship.paths).pid == served
            assert dropship("stop").code == 0
            assert first.wait(60) == 0
            again = run("@reboot")
            wait_until(lambda: dropship("status").code == 0, seconds=60)
            assert service_of(dropship.paths).pid != served
            assert dropship("stop").code == 0
            assert again.wait(60) == 0
            assert mail.read_bytes() == b""  # cron sends all of it as a mail, each time
        finally:
            for left in (first.pid, service_of(dropship.paths).pid):
                try:
                    os.killpg(left, 9)
                except ProcessLookupError:
                    continue
