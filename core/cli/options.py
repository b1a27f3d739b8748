"""The options of every call, and those of jobs, as arguments of a parser."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from core.cli import values
from core.jobs.option_declarations import Opt, Option, declared
from core.text import N_, _

Language = Literal["en", "fr"]
NAMED = frozenset({"init"})
"""Jobs that take a name beside their options."""


@dataclass(frozen=True)
class Common:
    """What every job takes."""

    run: Annotated[str | None, Opt(N_("the job to run"), N_("JOB"), N_("none"))] = None
    json: Annotated[bool, Opt(N_("one JSON object on stdout, and nothing else"))] = False
    quiet: Annotated[bool, Opt(N_("no progress; only errors on stderr"))] = False
    data_dir: Annotated[Path, Opt(N_("where all state lies"), N_("DIR"))] = Path("data")
    reports_dir: Annotated[
        Path | None,
        Opt(N_("where reports are written"), N_("DIR"), N_("reports, else <data-dir>/reports")),
    ] = None
    pipeline: Annotated[
        str | None,
        Opt(N_("the folder of the pipeline to operate"), N_("DIR"), "orders", named=True),
    ] = None
    env_file: Annotated[
        Path | None, Opt(N_("settings; the environment wins over it"), N_("FILE"), ".env")
    ] = None
    log_file: Annotated[
        Path | None, Opt(N_("the structured log"), N_("FILE"), "<data-dir>/logs/dropship.log")
    ] = None
    timeout: Annotated[
        float, Opt(N_("how long to wait for a broker or a warehouse"), "S", low=0)
    ] = 30.0
    lang: Annotated[
        Language | None, Opt(N_("language of all text"), shown=N_("that of the locale"))
    ] = None
    no_color: Annotated[bool, Opt(N_("no colours (as NO_COLOR does)"))] = False
    debug: Annotated[bool, Opt(N_("show the traceback of an error"))] = False


@dataclass(frozen=True)
class Console:
    """What the console takes."""

    ascii: Annotated[bool, Opt(N_("draw with ASCII characters only"))] = False
    read_only: Annotated[bool, Opt(N_("look, and change nothing"))] = False


class Group:
    """A group of options of a parser; each help text ends with its default."""

    def __init__(self, parser: argparse.ArgumentParser, title: str) -> None:
        self._add = parser.add_argument_group(title).add_argument

    def flag(self, name: str, text: str, field: str) -> None:
        """Add an option without a value."""
        self._add(name, action="store_true", dest=field, help=text.replace("%", "%%"))

    def declare(self, *kinds: type[Any]) -> None:
        """Add the options that classes of options declare."""
        for kind in kinds:
            for option in declared(kind):
                if option.type is bool and option.default:
                    self._switch(option)
                elif option.type is bool:
                    self.flag(option.flag, _(option.opt.text), option.field)
                else:
                    self._value(option)

    def _switch(self, option: Option) -> None:
        """Add an option that is on unless it is taken back by its `--no-` form."""
        text = _("{text} (default: {default})").format(text=_(option.opt.text), default=option.flag)
        self._add(
            option.flag,
            action=argparse.BooleanOptionalAction,
            default=option.default,
            dest=option.field,
            help=text.replace("%", "%%"),
        )

    def _value(self, option: Option) -> None:
        opt, default = option.opt, option.default
        reader, metavar = _reader(option)
        what = opt.shown if opt.named else _(opt.shown)
        what = what or (f"{default:g}" if isinstance(default, float) else str(default))
        line = _("{text} (default: {default})").format(text=_(opt.text), default=what)
        self._add(
            option.flag,
            type=reader,
            default=default,
            metavar=metavar,
            dest=option.field,
            help=line.replace("%", "%%"),
        )


def _reader(option: Option) -> tuple[Callable[[str], object], str]:
    """Return what reads the value of an option, and how the help shows the value."""
    opt, flag, kind = option.opt, option.flag, option.type
    reader: Callable[[str], object] = str
    if get_origin(kind) is Literal:
        return values.choice(flag, get_args(kind)), "|".join(get_args(kind))
    if get_origin(kind) is Sequence:
        names = get_args(get_args(kind)[0])
        return values.choices(flag, names), ",".join(names)
    if kind is int:
        reader = values.integer(flag, opt.low, opt.high)
    elif kind is float and opt.metavar == "S":
        reader = values.seconds(flag) if opt.low == 0 else values.some_seconds(flag)
    elif kind is float:
        reader = values.number(flag, opt.low, opt.high)
    elif kind is date:
        reader = values.day(flag)
    elif kind is Path:
        reader = values.path(flag)
    return reader, _(opt.metavar)
