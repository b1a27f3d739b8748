"""Runs the real command in processes of its own, in one folder, and leaves none behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any

import psutil

from core.broker.cluster import Cluster
from core.broker.embedded import find_embedded
from core.clock import SystemClock
from core.config import Paths, Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.stacks import TELLS_STACKS, stacks_at_end
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
_OURS = ("KAFKA_", "SNOW_", "DROPSHIP_", "LOG_LEVEL", "NO_COLOR", "LANG", "LC_", "TERM")
_END_S = 60.0


class Ended:
    """A process that has ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def record(self) -> dict[str, Any]:
        """The one JSON object; fails when stdout holds anything else."""
        assert self.out.endswith("\n"), self.err
        assert self.out.count("\n") == 1
        record: dict[str, Any] = json.loads(self.out)
        assert record["exit_code"] == self.code
        assert record["ok"] is (self.code == 0)
        assert (record["error"] is None) is record["ok"]
        assert "Traceback" not in self.err
        return record

    def done(self) -> dict[str, Any]:
        """The one JSON object of a run that went well."""
        assert self.code == 0, self.err or self.out
        return self.record


class Running:
    """A process whose outputs are collected while it runs. It leads a group of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pid = process.pid
        self._parts: dict[str, list[bytes]] = {"out": [], "err": []}
        self._readers = [
            Thread(target=self._collect, args=(name, stream), daemon=True)
            for name, stream in (("out", process.stdout), ("err", process.stderr))
            if stream is not None
        ]
        for reader in self._readers:
            reader.start()

    def _collect(self, name: str, stream: IO[bytes]) -> None:
        with stream:
            while part := os.read(stream.fileno(), 65_536):
                self._parts[name].append(part)

    @property
    def err(self) -> str:
        """What it wrote to stderr so far."""
        return b"".join(self._parts["err"]).decode()

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    @property
    def peak_bytes(self) -> int:
        """The most memory it held so far (resident); 0 once it has ended."""
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return 0

    def says(self, word: str) -> None:
        """Wait until stderr holds a word."""
        wait_until(lambda: word in self.err or self.ended, what=f"never said {word}: {self.err}")
        assert word in self.err

    def signal(self, number: int) -> None:
        """Send a signal to the process itself."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it and its group at once, and wait for that."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(_END_S)
        for reader in self._readers:
            reader.join(_END_S)

    def end(self, seconds: float = _END_S) -> Ended:
        """Wait for its end."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            stacks = stacks_at_end(self.process, lambda: self.err)
            raise AssertionError(f"it goes on\n{stacks}") from None
        for reader in self._readers:
            reader.join(seconds)
        return Ended(code, b"".join(self._parts["out"]).decode(), self.err)


class Dropship:
    """The command, in a folder. All state lies in `data` there, reports in `reports`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(
            paths=Paths(data=folder / "data", reports=folder / "reports"), timeout_s=10
        )
        self._started: list[Running] = []

    @property
    def paths(self) -> Paths:
        """Where its state lies."""
        return self.settings.paths

    def start(
        self,
        job: str,
        *arguments: str,
        env: dict[str, str] | None = None,
        program: tuple[Path, str] | None = None,
    ) -> Running:
        """Start a job with --json. program: a script in place of the command, and its argument."""
        what = ["-m", "core.cli.main"] if program is None else [str(part) for part in program]
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
        process = subprocess.Popen(
            [sys.executable, *what, "--run", job, "--json", *arguments],
            cwd=self.folder,
            env=inherited
            | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
            | TELLS_STACKS
            | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        running = Running(process)
        self._started.append(running)
        return running

    def __call__(self, job: str, *arguments: str, **options: Any) -> Ended:
        """Run a job to its end."""
        return self.start(job, *arguments, **options).end()

    def start_broker(self) -> Running:
        """Start the embedded broker and wait until it is announced."""
        running = self.start("broker")
        wait_until(lambda: self.paths.broker_file.exists() or running.ended)
        assert not running.ended, running.err
        return running

    def kill_all(self) -> None:
        """End whatever still runs."""
        for running in self._started:
            running.kill()

    @contextmanager
    def warehouse(self) -> Iterator[DuckDbWarehouse]:
        """Open the warehouse in this process."""
        opened = DuckDbWarehouse(self.settings, clock=SystemClock())
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def broker(self) -> Iterator[Cluster]:
        """Reach the embedded broker from this process."""
        found = find_embedded(self.paths)
        assert found is not None, "no broker runs"
        try:
            yield found
        finally:
            found.close()


@contextmanager
def commands(folder: Path) -> Iterator[Dropship]:
    """Yield the command in a folder; whatever it started is gone afterwards."""
    command = Dropship(folder)
    try:
        yield command
    finally:
        command.kill_all()
        assert not [running.pid for running in command._started if psutil.pid_exists(running.pid)]
