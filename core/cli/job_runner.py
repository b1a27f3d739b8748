"""Prepares and runs one job: settings, log, the thread it works in.

Imported only when a job is really run, since settings and jobs import heavy libraries.
"""

import argparse
import importlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from core.cli.progress import PAINT_EVERY_S, ProgressPrinter
from core.config import Settings
from core.config.errors import Problem, SettingsError
from core.config.folders import check_folder
from core.config.load import SettingsSource
from core.config.secrets import Redactor
from core.config.snowflake import LOGIN
from core.errors import UsageError
from core.garbage import search_rarely
from core.jobs.base import JobContext, JobResult
from core.logs import start_logging
from core.pipeline.folder import BUILTIN
from core.text import _, clean

_EXAMINES_SETTINGS = "doctor"
_MAKES_PIPELINE = "init"
_OF_SERVICE = frozenset({"serve", "status", "stop"})
_READS_WAREHOUSE = frozenset({"transform", "validate", "kpis", "dlq"})
"""Jobs that work on what others stored; without a warehouse their data directory is a slip."""

log = logging.getLogger(__name__)


def settings_of(options: argparse.Namespace) -> tuple[Settings, tuple[Problem, ...]]:
    """Return the settings that options and environment lead to, and what is wrong with them.

    Only `doctor` gets wrong ones; `setup --print` logs in nowhere and asks for no login.
    Errors: UsageError, ConfigError.
    """
    folder: Path = options.data_dir
    check_folder("--data-dir", folder)
    if options.reports_dir is not None:
        check_folder("--reports-dir", options.reports_dir)
    settings, problems = source_of(options).examine()
    if getattr(options, "print_sql", False):
        problems = tuple(problem for problem in problems if problem.setting not in LOGIN)
    if problems and options.run != _EXAMINES_SETTINGS:
        raise SettingsError(problems)
    settings = replace(settings, job=options.run)
    if options.run in _READS_WAREHOUSE:
        _require_warehouse(settings)
    return settings, problems


def source_of(options: argparse.Namespace) -> SettingsSource:
    """Return where the settings of a job come from."""
    return SettingsSource(
        env_file=options.env_file,
        data_dir=options.data_dir,
        reports_dir=options.reports_dir,
        # `init` makes what DROPSHIP_PIPELINE may already name.
        pipeline=BUILTIN if options.run == _MAKES_PIPELINE else options.pipeline,
        timeout_s=float(options.timeout),
    )


def _require_warehouse(settings: Settings) -> None:
    """Refuse a data directory without a warehouse, before anything is made in it."""
    file = settings.paths.warehouse_file
    if not settings.engine.is_remote and not file.exists():
        raise UsageError(
            _("there is no warehouse at {file}").format(file=clean(file)),
            hint=_("run `setup` or `pipeline` first, or name its folder with --data-dir"),
        )


def open_log(
    settings: Settings, options: argparse.Namespace, show: Callable[[str, str], None]
) -> tuple[Redactor, Path | None]:
    """Start the log and tell the settings' warnings.

    Return the mask for secrets, and the log's file when it could be opened.
    """
    redact = Redactor(settings.secrets)
    file: Path = options.log_file or settings.paths.log_file
    opened = start_logging(
        file,
        level=settings.log_level,
        redact=redact,
        show=show,
        show_level=logging.ERROR if options.quiet else logging.WARNING,
    )
    for warning in settings.warnings:
        log.warning(warning)
    return redact, file if opened else None


@contextmanager
def measured(
    options: argparse.Namespace, context: JobContext, say: Callable[[str], None]
) -> Iterator[None]:
    """Serve the job's metrics until the block ends, when `--metrics-port` wants it; say where.

    Errors: UsageError when the port cannot be had.
    """
    port: int | None = getattr(options, "metrics_port", None)
    if port is None:
        yield
        return
    from core.metrics.server import serve_metrics  # noqa: PLC0415 - loads the client library

    with serve_metrics(
        port, context.meters.moment, job=options.run, settings=context.settings
    ) as address:
        told = _("metrics at {address}").format(address=address)
        log.info(told)
        say(told)
        yield


class JobRunner(Thread):
    """The thread of one job."""

    def __init__(self, job: str, options: argparse.Namespace, context: JobContext) -> None:
        super().__init__(name=job, daemon=True)
        self._job = job
        self._options = options
        self._context = context
        self._ended = Event()
        self._result: JobResult | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do the job; keep what comes of it."""
        try:
            module = job_module(self._job)
            search_rarely()
            self._result = module.run(self._context, job_options(module, vars(self._options)))
        except BaseException as error:  # noqa: BLE001 - kept for the main thread, which tells it
            self._error = error
        finally:
            self._ended.set()

    def follow(self, printer: ProgressPrinter) -> JobResult:
        """Run the job and paint its progress until it ends. Errors: whatever ended it."""
        self.start()
        while not self._ended.wait(PAINT_EVERY_S):
            printer.paint()
        self.join()
        printer.paint()
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise RuntimeError("the job ended without a result")
        return self._result


def job_module(job: str) -> Any:
    """Return the module of a job."""
    package = "core.service" if job in _OF_SERVICE else "core.jobs"
    return importlib.import_module(f"{package}.{job.replace('-', '_')}")


def job_options(module: Any, given: Mapping[str, object]) -> Any:
    """Return a job's options from all that was given: its fields bear the options' names."""
    return module.Options(**{field.name: given[field.name] for field in fields(module.Options)})
