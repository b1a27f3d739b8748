"""Runs jobs as the command line does, in this process and within milliseconds, for their errors."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from core.cli import exit_status, job_runner, parsing
from core.clock import Clock, SystemClock
from core.errors import ExitCode
from core.jobs.base import JobContext

_OURS = ("KAFKA_", "SNOW_", "DUCKDB_", "DROPSHIP_", "LOG_LEVEL")


@dataclass(frozen=True)
class Told:
    """How a run ended: exit code, what was wrong, and every hint that was given, doctor's too."""

    code: int
    message: str
    hints: tuple[str, ...]
    fields: Mapping[str, Any]


class Bench:
    """Runs jobs in one folder; keeps which hints were given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env: dict[str, str] = {}
        self.clock: Clock = SystemClock()
        self.stop = Event()
        self.given: set[str] = set()
        self.told = Told(0, "", (), {})

    def file(self, name: str, content: str | bytes = "") -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def seed(self, orders: int = 5) -> None:
        """Generate seed files where jobs look for them."""
        self.works("seed", "--customers", "3", "--products", "3", "--orders", str(orders))

    def run(self, job: str | None, *arguments: str, **env: str) -> Told:
        """Run a job with settings; return how it ended. job: None for a call that names none."""
        self.told = self._run(job, arguments, {**self.env, **env})
        return self.told

    def works(self, job: str, *arguments: str, **env: str) -> Told:
        """Run a job; fail unless all went well."""
        told = self.run(job, *arguments, **env)
        assert told.code == 0, told
        return told

    def refused(self, hint: str, job: str | None, *arguments: str, **env: str) -> Told:
        """Run a job; fail unless it gives this hint, holes filled as they may be."""
        told = self.run(job, *arguments, **env)
        return self.expect(hint, told)

    def expect(self, hint: str, told: Told) -> Told:
        """Fail unless a run gave the hint, and note that it was given."""
        assert any(pattern(hint).search(one) for one in told.hints), (hint, told)
        self.given.add(hint)
        return told

    def gone(self, hint: str, job: str, *arguments: str, **env: str) -> Told:
        """Run a job again; fail if it still gives the hint, whatever else is missing by now."""
        told = self.run(job, *arguments, **env)
        assert not any(pattern(hint).search(one) for one in told.hints), told
        return told

    def _run(self, job: str | None, arguments: tuple[str, ...], env: Mapping[str, str]) -> Told:
        known: dict[str, object] = {}
        with _environment(env):
            try:
                if job is None:
                    raise parsing.refuse_without_job(arguments)  # noqa: TRY301 - as the call does
                options = parsing.parse(job, ["--run", job, *arguments])
                settings, problems = job_runner.settings_of(options)
                context = JobContext(
                    settings,
                    stop=self.stop,
                    clock=self.clock,
                    max_bad=getattr(options, "max_bad", None),
                    problems=problems,
                    known=known,
                )
                module = job_runner.job_module(job)
                result = module.run(context, job_runner.job_options(module, vars(options)))
                code, fault = exit_status.of_result(result.bad, None, getattr(result, "hint", ""))
                fields = result.fields()
            except Exception as error:  # noqa: BLE001 - judged as the command line judges it
                code, fault = exit_status.of_error(error, None, known)
                fields = known
        assert code != ExitCode.INTERNAL, fault
        several = () if fault is None else ((fault.message, fault.hint), *fault.several)
        hints = [hint for _message, hint in several]
        hints += [str(one.get("hint") or "") for one in _checks(fields)]
        return Told(
            int(code),
            "; ".join(message for message, _hint in several),
            tuple(hint for hint in hints if hint),
            fields,
        )


def pattern(hint: str) -> re.Pattern[str]:
    """Return what finds a hint whose holes were filled."""
    parts = re.split(r"\{[a-z_]+[^}]*\}", hint)
    return re.compile(".*?".join(re.escape(part) for part in parts), re.DOTALL)


def _checks(fields: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the findings of a doctor, or the checks of a validation."""
    found = fields.get("checks", ())
    return found.values() if isinstance(found, Mapping) else found


@contextmanager
def _environment(env: Mapping[str, str]) -> Iterator[None]:
    """Give the process these settings and no others of ours."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(_OURS):
            del os.environ[name]
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
