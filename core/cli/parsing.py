"""From arguments to the options of one job, or to one line on what is wrong with them.

There is one parser a job, which holds the options of all jobs too, so that they may stand in any
order: `dropship --json --run seed --orders 10`.
"""

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn, get_args

from core.cli import values
from core.cli.joblist import NAMES, job_lines, listing
from core.cli.options import NAMED, Common, Console, Group, Language
from core.errors import UsageError
from core.jobs.option_groups import Measured
from core.jobs.options import OF_JOB
from core.text import _, clean

_HELP_COLUMN = 30
_WITH_VALUE = ("--run", "--lang")


@dataclass(frozen=True)
class PreParse:
    """What must be known before anything can go wrong: how to speak, and which job is meant.

    job: None when none is named; it may be unknown.
    """

    job: str | None
    language: str | None
    as_json: bool
    debug: bool
    wants_help: bool
    wants_version: bool


def pre_parse(arguments: Sequence[str]) -> PreParse:
    """Read the few arguments that decide how even a wrong call is answered. Never fails."""
    found: dict[str, str] = {}
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in _WITH_VALUE:
            following = arguments[index + 1] if index + 1 < len(arguments) else ""
            found[name] = value if equals else following
    # A flag that was wrongly given a value (--json=1) tells how to answer all the same.
    flags = {argument.partition("=")[0] for argument in arguments}
    language = found.get("--lang")
    return PreParse(
        job=found.get("--run"),
        language=language if language in get_args(Language) else None,
        as_json="--json" in flags,
        debug="--debug" in flags,
        wants_help=bool({"-h", "--help"} & set(arguments)),
        wants_version="--version" in arguments,
    )


def parse(job: str, arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of a job. Errors: UsageError naming the option."""
    check_job(job)
    parser = job_parser(job)
    try:
        found, rest = parser.parse_known_args(list(arguments))
    except argparse.ArgumentError as error:
        raise _misused(error) from error
    if job in NAMED:
        found.name = rest.pop(0) if rest and not rest[0].startswith("-") else None
    if rest:
        raise _unknown(rest[0], parser, job)
    return found


def check_job(job: str) -> None:
    """Refuse a job that there is not. Errors: UsageError with the closest name."""
    if job in NAMES:
        return
    every = _("the jobs are {names}").format(names=", ".join(NAMES))
    if not job or job.startswith("-"):
        raise UsageError(_("--run: name a job"), hint=every)
    raise UsageError(
        _("--run: there is no job {job}").format(job=repr(clean(job, 80))),
        hint=values.suggestion(job, NAMES) or every,
    )


def refuse_without_job(arguments: Sequence[str]) -> UsageError:
    """Return the error about a call that names no job and asks for no help."""
    parser = main_parser()
    try:
        rest = parser.parse_known_args(list(arguments))[1]
    except argparse.ArgumentError as error:
        return _misused(error)
    except UsageError as error:
        return error
    if rest:
        return _unknown(rest[0], parser, None)
    return UsageError(
        _("--run: name a job"),
        hint=_("dropship --run pipeline runs everything, dropship --help lists the jobs"),
    )


def help_text(job: str | None) -> str:
    """Return the help of a job, or the one that lists them. Errors: UsageError for no job."""
    if job is None:
        return main_parser().format_help()
    check_job(job)
    return job_parser(job).format_help()


def job_parser(job: str) -> argparse.ArgumentParser:
    """Return the parser of one job."""
    parser = _new_parser(
        f"dropship --run {job}",
        job_lines()[job],
        "%(prog)s {name}{options}".format(
            name=_("NAME ") if job in NAMED else "", options=_("[options]")
        ),
    )
    Group(parser, _("options of this job")).declare(*OF_JOB[job])
    _add_common(parser)
    return parser


def main_parser() -> argparse.ArgumentParser:
    """Return the parser whose help lists the jobs."""
    parser = _new_parser(
        "dropship",
        _(
            "Terminal operations console and headless runner for a streaming order pipeline.\n"
            "Without --run the console opens; with it one job runs without a screen."
        ),
        "dropship {options}\n       dropship --run {job} {options}".format(
            job=_("JOB"), options=_("[options]")
        ),
    )
    parser.epilog = "{title}\n{jobs}\n\n{more}".format(
        title=_("jobs:"),
        jobs=listing(),
        more=_("dropship --run JOB --help shows the options of a job and their defaults."),
    )
    Group(parser, _("options of the console")).declare(Console, Measured)
    _add_common(parser).flag("--version", _("show the version"), "version")
    return parser


def _add_common(parser: argparse.ArgumentParser) -> Group:
    options = Group(parser, _("options of every job"))
    options.declare(Common)
    options.flag("--help", _("show this help"), "help")
    parser.add_argument("-h", action="store_true", dest="help", help=argparse.SUPPRESS)
    return options


class _Layout(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the list of jobs, and has our own word for usage."""

    def __init__(self, prog: str) -> None:
        # Without a width argparse loads shutil with every compressor, a twentieth of `--help`.
        super().__init__(prog, max_help_position=_HELP_COLUMN, width=_columns() - 2)

    def _split_lines(self, text: str, width: int) -> list[str]:
        """Break help between words only: `<data-dir>` and options stay in one piece."""
        return textwrap.wrap(text, width, break_on_hyphens=False)

    def add_usage(
        self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None
    ) -> None:
        """Write the usage line."""
        super().add_usage(usage, actions, groups, prefix or _("usage: "))


def _columns() -> int:
    """Return the width of the terminal as argparse finds it: COLUMNS, stdout, or 80."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    stdout = sys.__stdout__
    if stdout is not None:
        with suppress(ValueError, OSError):  # closed, or no terminal
            return os.get_terminal_size(stdout.fileno()).columns or 80
    return 80


class _Parser(argparse.ArgumentParser):
    """Raises UsageError instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(clean(message))


def _new_parser(program: str, description: str, usage: str) -> argparse.ArgumentParser:
    return _Parser(
        prog=program,
        usage=usage,
        description=description,
        formatter_class=_Layout,
        add_help=False,
        allow_abbrev=False,
        exit_on_error=False,
    )


def _misused(error: argparse.ArgumentError) -> UsageError:
    option = clean(error.argument_name or "").split("/")[-1]
    if "ignored explicit argument" in str(error):
        return UsageError(_("{option}: takes no value").format(option=option))
    return UsageError(_("{option}: its value is missing").format(option=option))


def _unknown(argument: str, parser: argparse.ArgumentParser, job: str | None) -> UsageError:
    """Return the error about an argument that no option takes."""
    name = argument.split("=", 1)[0]
    if not name.startswith("-"):
        meant = _("did you mean dropship --run {job}?").format(job=name) if name in NAMES else ""
        return UsageError(
            _("{argument}: not an option").format(argument=repr(clean(argument, 80))),
            hint=meant or _("every value follows the name of its option"),
        )
    known = [text for action in parser._actions for text in action.option_strings]  # noqa: SLF001 - argparse has no public list
    call = f"dropship --run {job} --help" if job else "dropship --help"
    return UsageError(
        _("{option}: unknown option").format(option=clean(name, 80)),
        hint=values.suggestion(name, known)
        or _("{command} lists the options").format(command=call),
    )
