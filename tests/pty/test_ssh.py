"""A console over a real sshd on this machine: the connection goes, the pipeline does not."""

import getpass
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from core.service.attached import AttachedController
from tests.support.processes import ROOT, commands
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until

_SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        _SSHD is None or shutil.which("ssh") is None,
        reason="sshd is not installed: apt-get install openssh-server",
    ),
]


@contextmanager
def sshd(folder: Path) -> Iterator[list[str]]:
    """Yield a call of ssh that reaches a server of its own, with keys made for it."""
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
        )
    shutil.copy(folder / "user.pub", folder / "authorized")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPidFile none\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin prohibit-password\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)  # where it drops its rights; systemd makes it otherwise
    log = (folder / "log").open("wb")
    server = subprocess.Popen([str(_SSHD), "-D", "-e", "-f", str(config)], stderr=log)
    try:
        wait_until(lambda: server.poll() is not None or answers(port))
        assert server.poll() is None, (folder / "log").read_text()
        yield [
            *("ssh", "-tt", "-q", "-p", str(port), "-i", str(folder / "user")),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "BatchMode=yes", f"{getpass.getuser()}@127.0.0.1"),
        ]
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def console_in(folder: Path) -> str:
    code = "import sys; from tui.entry import main; sys.exit(main())"
    return (
        f"cd {folder} && exec env PYTHONPATH={ROOT} LANG=C.UTF-8 LC_ALL=C.UTF-8 "
        f"{sys.executable} -c '{code}'"
    )


def logged(folder: Path, message: str) -> list[dict[str, object]]:
    lines = (folder / "data" / "logs" / "dropship.log").read_text().splitlines()
    return [one for one in map(json.loads, lines) if one["message"] == message]


def test_the_connection_goes_under_load_and_the_next_login_sees_it_all(tmp_path):
    with commands(tmp_path) as dropship, sshd(tmp_path / "ssh") as ssh:
        dropship("seed", "--orders", "200").done()
        service = dropship.start("serve", "--validate-every", "0")
        wait_until(lambda: service.ended or dropship("status").code in {0, 1}, seconds=60)
        with Terminal(tmp_path, program=[*ssh, console_in(tmp_path)]) as terminal:
            terminal.wait_for("attached")
            terminal.wait_for("2 Producer")
            terminal.press("2m")
            terminal.wait_for("Stream made-up events?")
            terminal.press("y")
            terminal.wait_for("2 Producer · running")
            wait_until(lambda: dropship("status").record["consumer"]["stored"] > 100, seconds=60)
            terminal.process.kill()
            wait_until(lambda: logged(tmp_path, "a console left"), seconds=30)
        asked = logged(tmp_path, "somebody asked")
        (told,) = (one for one in asked if one["control"] == "start_producer")
        assert told["user"] == getpass.getuser()
        assert str(told["terminal"]).startswith("/dev/pts/")
        before = dropship("status").record["consumer"]["stored"]
        wait_until(lambda: dropship("status").record["consumer"]["stored"] > before, seconds=30)
        with Terminal(tmp_path, program=[*ssh, console_in(tmp_path)]) as terminal:
            terminal.wait_for("attached")
            terminal.wait_for("2 Producer · running")
            terminal.press("q")
            assert terminal.exit_code() == 0
        assert not service.ended
        watching = AttachedController(dropship.settings)
        try:
            samples = watching.history()
            assert watching.snapshot().producer.state == "running"
            watching.producer.stop()
            wait_until(lambda: watching.producer is None)
            wait_until(lambda: watching.snapshot().total_lag == 0)
            acked = watching.snapshot().producer.acked
        finally:
            watching.close()
        seconds = [sample.at.timestamp() for sample in samples]
        gaps = [later - earlier for earlier, later in pairwise(seconds)]
        assert len(samples) > 5
        assert max(gaps) < 3
        assert all(sample.consumed is not None for sample in samples[3:])
        dropship("stop").done()
        assert service.end().done()["stored"] == acked
        with dropship.warehouse() as warehouse:
            rows = warehouse.rows("content_events", [0, 10**9])
        assert len(rows) == acked
