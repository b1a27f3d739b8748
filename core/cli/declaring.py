"""How an option is declared: its help ends with its default, one of `values` reads its value."""

import argparse
from collections.abc import Callable, Sequence

from core.cli import values
from core.text import _

Reader = Callable[[str], Callable[[str], object]]
"""Takes the name of an option, returns what reads its value."""


class Options:
    """A group of options of a parser; each help text ends with its default."""

    def __init__(self, parser: argparse.ArgumentParser, title: str) -> None:
        self._add = parser.add_argument_group(title).add_argument

    def flag(self, name: str, text: str, *, dest: str | None = None) -> None:
        """Declare an option without a value."""
        field = dest or name.lstrip("-").replace("-", "_")
        self._add(name, action="store_true", dest=field, help=text.replace("%", "%%"))

    def value(
        self,
        name: str,
        reader: Reader,
        default: object,
        text: str,
        *,
        metavar: str = "N",
        shown: str = "",
    ) -> None:
        """Declare an option with a value. shown: its default in words, where that says more."""
        what = shown or (f"{default:g}" if isinstance(default, float) else str(default))
        line = _("{text} (default: {default})").format(text=text, default=what)
        self._add(
            name,
            type=reader(name),
            default=default,
            metavar=metavar,
            help=line.replace("%", "%%"),
        )

    def choice(
        self, name: str, names: Sequence[str], default: str | None, text: str, *, shown: str = ""
    ) -> None:
        """Declare an option that takes one of some names."""

        def reader(option: str) -> Callable[[str], str]:
            return values.choice(option, names)

        self.value(name, reader, default, text, metavar="|".join(names), shown=shown)
