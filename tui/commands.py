"""What is typed behind `:`: names with an argument, found by their beginning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import UsageError
from core.text import _, clean
from core.text.figures import read_figure

_LONGEST_S = 86_400.0
T = TypeVar("T", bound=str)


@dataclass(frozen=True)
class Command:
    """One of them. takes: what its argument is, empty for none; run: raises DropshipError.

    values: what its argument can be, where that is known; it is completed.
    """

    name: str
    takes: str
    run: Callable[[str], object]
    values: Callable[[], Sequence[str]] = tuple


def run_command(text: str, commands: Sequence[Command]) -> None:
    """Do what a line says. Errors: UsageError for a name that is not there, or is ambiguous."""
    name, _space, argument = text.strip().removeprefix(":").partition(" ")
    find_command(name, commands).run(argument.strip())


def find_command(name: str, commands: Sequence[Command]) -> Command:
    """Return the command of a name, or the only one that begins so. Errors: UsageError."""
    exact = [one for one in commands if one.name == name]
    found = exact or [one for one in commands if name and one.name.startswith(name)]
    names = sorted({one.name for one in found})
    if not names:
        raise UsageError(
            _("there is no command {name}").format(name=clean(name, 40) or "-"),
            hint=_("tab completes; the command help lists all keys"),
        )
    if len(names) > 1:
        raise UsageError(
            _("{name} begins several commands: {names}").format(
                name=clean(name, 40), names=", ".join(names[:8])
            )
        )
    return found[0]


def completed(text: str, commands: Sequence[Command]) -> str:
    """Return a line with its name or argument completed as far as all that could be meant agree."""
    name, space, rest = text.partition(" ")
    if space:
        return f"{name} {_agreed(rest, _values(name, rest, commands))}"
    names = [one.name for one in commands if one.name.startswith(name)]
    first = _agreed(name, names)
    takes = len(set(names)) == 1 and any(one.takes for one in commands if one.name == first)
    return first + " " * takes


def _values(name: str, begun: str, commands: Sequence[Command]) -> list[str]:
    """Return what the argument of a command can be that begins so."""
    found = [one for one in commands if one.name == name]
    return [value for value in (found[0].values() if found else ()) if value.startswith(begun)]


def _agreed(begun: str, values: Sequence[str]) -> str:
    """Return how all values begin; what was begun where there are none."""
    if not values:
        return begun
    first, last = min(values), max(values)
    return next((first[:i] for i, char in enumerate(first) if last[i : i + 1] != char), first)


def told(text: str, commands: Sequence[Command], most: int = 8) -> str:
    """Return what could be meant: the names that begin so, or what the only one takes."""
    name = text.partition(" ")[0]
    found = {one.name: one for one in commands if one.name.startswith(name)}
    found = {name: found[name]} if " " in text and name in found else found
    if len(found) == 1:
        (one,) = found.values()
        begun = text.partition(" ")[2]
        values = _values(one.name, begun, commands) if " " in text else []
        listed = "  ".join(clean(value, 40) for value in values[:most])
        return f"{one.name}  {listed if values != [begun] and listed else one.takes}".strip()
    return "  ".join(sorted(found)[:most]) + (" …" if len(found) > most else "")


def figure(argument: str, wanted: str) -> float:
    """Return a number as people write it. wanted: what to say is. Errors: UsageError."""
    try:
        return float(read_figure(argument))
    except ValueError:
        text = clean(argument, 40) or _("nothing")
        raise UsageError(
            _("{value} cannot be used").format(value=text),
            hint=_("give {wanted}").format(wanted=wanted),
        ) from None


def seconds(argument: str) -> float:
    """Return a time between two runs, in seconds; 0 for none. Errors: UsageError."""
    value = figure(argument.removesuffix("s"), _("seconds such as 30, or 0"))
    if not (value == 0 or 1 <= value <= _LONGEST_S):
        raise UsageError(
            _("{value} cannot be used").format(value=clean(argument, 40)),
            hint=_("give {wanted}").format(wanted=_("seconds such as 30, or 0")),
        )
    return value


def one_of(argument: str, allowed: Sequence[T]) -> T:
    """Return the value of a choice that is meant. Errors: UsageError."""
    found = [value for value in allowed if value.startswith(argument)]
    if len(found) != 1 or not argument:
        raise UsageError(
            _("{value} cannot be used").format(value=clean(argument, 40) or _("nothing")),
            hint=_("give {wanted}").format(wanted=", ".join(allowed)),
        )
    return found[0]
