"""One call of `dropship`: what is asked, how it goes, and how its end is told, whatever happens."""

import argparse
import errno
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from core import __version__, threads
from core.cli import exit_status, parsing
from core.cli.output import Fault, Outcome, Output
from core.cli.signals import StopSignals, name_of
from core.cli.stderr import Stderr
from core.errors import ExitCode
from core.import_guard import block_pandas
from core.text import _, clean, use_language
from core.text.os_errors import os_reason

if TYPE_CHECKING:
    from core.config import Settings
    from core.config.secrets import Redactor
    from core.jobs.base import JobResult


class Invocation:
    """Answers one command line, and from the beginning the signals of the process.

    `answer` returns the exit code and never raises.
    """

    def __init__(self, arguments: Sequence[str], output: Output) -> None:
        self._began = time.monotonic()
        self._arguments = arguments
        self._output = output
        self._stderr = Stderr(arguments)
        self._seen = parsing.pre_parse(arguments)
        self._stop = Event()
        self._signals = StopSignals(self._on_first, self._on_second)
        self._known: dict[str, object] = {}
        self._settings: Settings | None = None
        self._redactor: Redactor | None = None
        self._log_file: Path | None = None
        self._spared = False
        self._signals.install()

    def answer(self) -> int:
        """Do what is asked; return the exit code."""
        try:
            use_language(self._seen.language)
            if self._told_about():
                return self._end(ExitCode.OK, None)
            result = self._run(self._options())
            code, fault = exit_status.of_result(
                result.bad, self._signals.received, getattr(result, "hint", "")
            )
            if failed := threads.failures():
                code, fault = exit_status.of_threads(failed)
            fields = result.fields()
            self._show(result)
        except BaseException as error:  # noqa: BLE001 - nothing may leave without an answer
            code, fault = self._judge(error)
            fields = self._known
        return self._tell(code, fault, fields)

    def _told_about(self) -> bool:
        """Show the help or the version when that is what is asked."""
        if self._seen.wants_version:
            self._output.show(f"dropship {__version__}\n")
            return True
        if self._seen.wants_help:
            self._output.show(parsing.help_text(self._seen.job))
            return True
        return False

    def _options(self) -> argparse.Namespace:
        if self._seen.job is None:
            raise parsing.refuse_without_job(self._arguments)
        return parsing.parse(self._seen.job, self._arguments)

    def _run(self, options: argparse.Namespace) -> "JobResult":
        """Run the job to its end. Errors: whatever ended it."""
        # Settings and jobs import heavy libraries.
        from core.cli import job_runner  # noqa: PLC0415
        from core.jobs.base import JobContext  # noqa: PLC0415

        settings, problems = job_runner.settings_of(options)
        self._settings = settings
        if not settings.engine.needs_pandas:
            block_pandas()
        self._redactor, self._log_file = job_runner.open_log(settings, options, self._stderr.record)
        job_runner.log.info("run begins", extra={"job": options.run})
        context = JobContext(
            settings=settings,
            progress=self._stderr.printer,
            stop=self._stop,
            max_bad=getattr(options, "max_bad", None),
            show=self._show_interim,
            known=self._known,
            problems=problems,
            source=job_runner.source_of(options),
        )
        with job_runner.measured(options, context, self._stderr.notice):
            return job_runner.JobRunner(options.run, options, context).follow(self._stderr.printer)

    def _judge(self, error: BaseException) -> exit_status.ExitStatus:
        """Return the verdict on an error, after keeping its traceback where it belongs."""
        code, fault = exit_status.of_error(error, self._signals.received, self._known)
        if code == ExitCode.INTERNAL and fault is not None:
            hint = _("run it again with --debug to see where it happened")
            if self._log_file is not None:
                hint = _("the log has the details: {file}").format(file=clean(self._log_file))
                self._log(ExitCode.INTERNAL, "internal error", error=error)
            fault = replace(fault, hint=hint)
        if self._seen.debug:
            import traceback  # noqa: PLC0415 - seldom needed

            self._stderr.lines(self._masked("".join(traceback.format_exception(error))))
        return code, fault

    def _show(self, result: "JobResult") -> None:
        """Show a person what came of it."""
        if not self._seen.as_json:
            self._stderr.printer.paint()
            self._output.show(self._rendered(result))

    def _show_interim(self, result: "JobResult") -> None:
        """Show a result of a job that repeats itself; a reader who left ends the job."""
        if not self._seen.as_json:
            self._output.show(self._rendered(result) + "\n")
            if self._output.error is not None:
                self._stop.set()

    def _rendered(self, result: "JobResult") -> str:
        from core.cli.summary import render  # noqa: PLC0415 - only for people

        return self._masked(render(result.summary()))

    def _tell(self, code: int, fault: Fault | None, fields: dict[str, object]) -> int:
        """Give result and error to whom they concern; return the final exit code."""
        if self._seen.as_json:
            try:
                self._emit(code, fault, fields)
            except Exception as defect:  # noqa: BLE001 - fields that are no JSON
                code, fault = self._judge(defect)
                self._emit(code, fault, {})
        return self._end(code, fault)

    def _end(self, code: int, fault: Fault | None) -> int:
        """Tell the fault, or that nobody can have read the result; return the final exit code."""
        error = self._output.error
        if error is not None and error.errno != errno.EPIPE and code == ExitCode.OK:
            code = ExitCode.BAD_RESULT
            fault = Fault("storage", f"stdout: {os_reason(error)}")
        if fault is not None:
            several = tuple((self._masked(m), self._masked(h)) for m, h in fault.several)
            masked = Fault(
                fault.kind, self._masked(fault.message), self._masked(fault.hint), several
            )
            self._stderr.fault(masked)
        if self._log_file is not None:
            self._log(code, "run ends", fault=fault)
            from core.logs import stop_logging  # noqa: PLC0415 - there is a log

            stop_logging()
        self._stderr.printer.close()
        return int(code)

    def _emit(self, code: int, fault: Fault | None, fields: dict[str, object]) -> None:
        settings = self._settings
        outcome = Outcome(
            job=self._seen.job,
            exit_code=int(code),
            elapsed_s=time.monotonic() - self._began,
            broker=None if settings is None else settings.broker_label,
            warehouse=None if settings is None else settings.warehouse_label,
            fault=fault,
            fields=dict(fields),
        )
        if self._redactor is None:
            self._output.emit_record(outcome)
        else:
            self._output.emit_record(outcome, self._redactor.tree)

    def _log(
        self,
        code: int,
        message: str,
        *,
        fault: Fault | None = None,
        error: BaseException | None = None,
    ) -> None:
        """Log how it ended; the person learns it from stderr in other words."""
        from core.cli.job_runner import log  # noqa: PLC0415 - there is a log, so it is imported
        from core.logs import FILE_ONLY  # noqa: PLC0415

        extra: dict[str, object] = {"job": self._seen.job, "exit_code": int(code), **FILE_ONLY}
        extra["elapsed_s"] = round(time.monotonic() - self._began, 3)
        if fault is not None:
            extra |= {"kind": fault.kind, "reason": fault.message}
        if fault is None and error is None:
            log.info(message, extra=extra)
        else:
            log.error(message, extra=extra, exc_info=error)

    def _masked(self, text: str) -> str:
        return text if self._redactor is None else self._redactor(text)

    def _on_first(self, number: int) -> None:
        """Ask for a clean end."""
        self._stop.set()
        self._stderr.notice(
            _("{signal}: finishing what was begun; a second one ends at once").format(
                signal=name_of(number)
            )
        )

    def _on_second(self, number: int) -> None:
        """End at once, with the JSON object all the same."""
        if self._output.writing and not self._spared:
            # The result is on its way: let it arrive whole, unless its reader is stuck.
            self._spared = True
            return
        code, fault = exit_status.forced(number, self._known)
        with suppress(BaseException):
            if self._seen.as_json:
                self._emit(code, fault, self._known)
            self._stderr.last_words(fault.message)
        os._exit(code)
