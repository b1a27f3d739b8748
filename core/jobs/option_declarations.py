"""How an option of a job is declared: a field of its options, `Annotated` with what people read."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from types import NoneType
from typing import Any, get_args, get_type_hints


@dataclass(frozen=True)
class Opt:
    """How an option is offered; texts are in English, marked for translation.

    text: its help. metavar: its value in the help; "S" is a duration in seconds, above 0
    unless `low` is 0. shown: its default in words; named: these are a name, which has no
    translation. low, high: bounds of a number. flag: its name, where that is not the field's.
    label, note: what a form says of it.
    """

    text: str
    metavar: str = "N"
    shown: str = ""
    low: int | None = None
    high: int | None = None
    flag: str = ""
    label: str = ""
    note: str = ""
    named: bool = False


@dataclass(frozen=True)
class Option:
    """A declared option. type: of its value, None apart, which `optional` allows."""

    field: str
    type: Any
    optional: bool
    default: object
    opt: Opt

    @property
    def flag(self) -> str:
        """The name as it is typed."""
        return self.opt.flag or "--" + self.field.replace("_", "-")


def declared(kind: type[Any]) -> Iterator[Option]:
    """Yield the options that a class of options declares, in their order."""
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        wanted, *notes = get_args(hints[field.name])
        if notes and isinstance(notes[0], Opt):
            optional = NoneType in get_args(wanted)
            only = get_args(wanted)[0] if optional else wanted
            yield Option(field.name, only, optional, field.default, notes[0])
