"""Runs the console from a command line, and gives the terminal back whatever happens."""

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence

from core.cli.parsing import main_parser
from core.clock import SystemClock
from core.config.contexts import Context
from core.config.folders import check_folder
from core.config.load import SettingsSource
from core.config.secrets import Redactor
from core.config.settings import Settings
from core.errors import DropshipError, ExitCode, UsageError
from core.failures import explained
from core.garbage import search_rarely
from core.import_guard import block_pandas
from core.logs import start_logging
from core.operations.base import PipelineController
from core.operations.controller import Controller
from core.operations.handover import Handover
from core.operations.metrics import serve_controller_metrics
from core.operations.remembered import memory_of
from core.service.place import is_free, service_of
from core.text import _, clean, use_language
from core.text.encoding import use_nearest
from core.threads import failures
from tui.app import Console
from tui.arguments import foreign_encoding, unfit_terminal
from tui.exit_summary import print_exit_summary
from tui.formats import Formats
from tui.keymap import keymap_file, read_keymap
from tui.signals import SignalHandler
from tui.switching import arguments_for

# A core thread that computes must not keep the screen waiting for the default 5 ms each time.
_SWITCH_S = 0.001


def run_console(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the console until it is left; return the exit code."""
    language = use_language(_language(arguments))
    use_nearest(sys.stderr)
    try:
        options = _options(arguments)
        _require_terminal(environ)
        check_folder("--data-dir", options.data_dir)
        if options.reports_dir is not None:
            check_folder("--reports-dir", options.reports_dir)
        source = SettingsSource(
            options.env_file,
            options.data_dir,
            options.reports_dir,
            options.pipeline,
            environ,
            options.timeout,
        )
        settings = source.load()
        if not settings.engine.needs_pandas:
            block_pandas()
        _log_to_file(settings, options)
        if options.no_color:
            os.environ["NO_COLOR"] = "1"  # https://no-color.org, as Textual reads it
        keymap = read_keymap(keymap_file(environ))
        return _show(settings, source, language, options, keymap)
    except DropshipError as error:
        _complain(error.message, error.hint)
        return int(error.exit_code)


def _require_terminal(environ: Mapping[str, str]) -> None:
    """Refuse where no screen can be drawn. Errors: UsageError."""
    if unfit := unfit_terminal(environ):
        raise UsageError(
            _("the console needs a terminal ({reason})").format(reason=clean(_(unfit))),
            hint=_("dropship --run pipeline runs everything without a screen"),
        )
    if encoding := foreign_encoding():
        hint = _("set a UTF-8 locale, for example LC_ALL=C.UTF-8, and the terminal to UTF-8")
        if environ.get("PYTHONIOENCODING"):
            hint = _("unset PYTHONIOENCODING, or set it to utf-8")
        raise UsageError(
            _("the console needs a terminal in UTF-8; the encoding here is {encoding}").format(
                encoding=clean(encoding, 40)
            ),
            hint=hint,
        )


def _show(
    settings: Settings,
    source: SettingsSource,
    language: str,
    options: argparse.Namespace,
    keymap: Mapping[str, str],
) -> int:
    sys.setswitchinterval(_SWITCH_S)
    for name in ("COLUMNS", "LINES"):
        # Some shells export them; the size would stay what it was when the console began.
        os.environ.pop(name, None)
    language = use_language(options.lang or memory_of(settings.paths).now.language or language)
    controller = _controller(settings, read_only=options.read_only)
    console = Console(
        controller,
        Formats(language),
        ascii_only=options.ascii,
        drawn=search_rarely,
        keymap=keymap,
    )
    signals = SignalHandler(console, controller)
    signals.install()
    controller.explorer.log.begin()
    if isinstance(controller, Controller):
        controller.configuration.source = source
    with serve_controller_metrics(controller, options.metrics_port):
        console.run()
    signals.finished()
    code = _leave(console, controller, signals)
    farewell = controller.farewell
    if farewell is not None and farewell.handover is not None:
        _go_on(settings, options, farewell.handover)
    if console.next_context is not None and signals.received is None and not failures():
        _open(console.next_context, options)
    return code


def _open(context: Context, options: argparse.Namespace) -> None:
    """Become the console of another context: nothing of the present one is left in the process."""
    sys.stdout.flush()
    sys.stderr.flush()
    given = arguments_for(context, options)
    os.execv(sys.executable, [sys.executable, "-m", "tui.entry", *given])  # noqa: S606 - our own program


def _go_on(settings: Settings, options: argparse.Namespace, handover: Handover) -> None:
    """Let a service go on with the work. Errors: NoServiceError."""
    from core.service.background import go_on  # noqa: PLC0415 - asked for rarely

    pid = go_on(settings, carried(options), handover, SystemClock())
    told = _("the pipeline goes on in the background (process {pid}); dropship attaches to it")
    sys.stdout.write("dropship: " + told.format(pid=pid) + "\n")


def carried(options: argparse.Namespace) -> list[str]:
    """Return the options of a console that its successor takes over, as arguments."""
    names = (
        "data_dir",
        "reports_dir",
        "pipeline",
        "env_file",
        "log_file",
        "timeout",
        "lang",
        "metrics_port",
    )
    given = {name: getattr(options, name, None) for name in names}
    return [
        f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value is not None
    ]


def _controller(settings: Settings, *, read_only: bool) -> PipelineController:
    """Return the controller: of the service of this data directory, else one of our own.

    Errors: NoServiceError where a service runs that cannot be attached to.
    """
    if service_of(settings.paths) is None or is_free(settings.paths):
        own = Controller(settings, read_only=read_only)
        own.leaving.may_go_on = not read_only
        return own
    from core.service.attached import AttachedController  # noqa: PLC0415 - loads Arrow

    return AttachedController(settings, read_only=read_only)


def _leave(console: Console, controller: PipelineController, signals: SignalHandler) -> int:
    """End what still works, and say on the normal screen what was done and what is lost."""
    if not console.forced:
        controller.close()  # it is closed already, unless the screen ended by a defect
    lost = print_exit_summary(controller)
    signal = signals.received
    if console.forced:
        # The controller may still be draining in its threads: that is what is not waited for.
        sys.stdout.flush()
        os._exit(int(ExitCode.SIGINT) if signal is None else 128 + signal)
    if signal is not None:
        return 128 + signal
    left = int(console.return_value or (ExitCode.BAD_RESULT if lost else ExitCode.OK))
    return told_failures(controller, console.return_code or left)


def told_failures(controller: PipelineController, code: int) -> int:
    """Say on stderr which workers and threads had failed; return an exit code that tells of it."""
    for name, error in controller.failures.items():
        message, hint = explained(error)
        _complain(_("{word}: {text}").format(word=clean(name), text=message), hint)
        code = code or int(getattr(error, "exit_code", ExitCode.INTERNAL))
    told = _("thread {name} failed: {error}")
    for failure in failures():
        if failure.thread not in controller.failures:
            _complain(told.format(name=failure.thread, error=failure.error), "")
        code = code or int(ExitCode.INTERNAL)
    return code


def _complain(text: str, hint: str) -> None:
    told = _("{word}: {text}").format(word=_("error"), text=clean(text))
    sys.stderr.write(f"dropship: {told}\n")
    if hint:
        sys.stderr.write("  " + _("hint: {hint}").format(hint=clean(hint)) + "\n")


def _log_to_file(settings: Settings, options: argparse.Namespace) -> None:
    """Keep the log in its file only: anything on stderr would be drawn into the screen."""
    start_logging(
        options.log_file or settings.paths.log_file,
        level=settings.log_level,
        redact=Redactor(settings.secrets),
        show=lambda _level, _line: None,
        show_level=logging.CRITICAL,
    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = main_parser()
    found, rest = parser.parse_known_args(list(arguments))
    if rest:
        raise UsageError(
            _("{option}: unknown option").format(option=clean(rest[0], 80)),
            hint=_("{command} lists the options").format(command="dropship --help"),
        )
    return found


def _language(arguments: Sequence[str]) -> str | None:
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            return value if equals else next(iter(arguments[index + 1 :]), None)
    return None
