"""The common form of what a benchmark finds: one line for people, one for the table at the end.

A benchmark calls `tell` for each of its figures. Printed to a pipe, the figure also goes out as a
line of JSON behind a mark, from which `python -m benchmarks` makes its table.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass

COLLECT = "DROPSHIP_BENCHMARKS_COLLECT"
"""Environment variable that asks for the marked lines."""

_MARK = "@measured "


@dataclass(frozen=True)
class Measured:
    """One figure of a benchmark, the median of its rounds unless the name says otherwise.

    unit: of ours and reference. The aim, at_least or at_most, is about the ratio ours / reference
    where there is a reference, about ours where there is none.
    """

    name: str
    ours: float
    unit: str
    reference: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours / reference."""
        return None if self.reference is None else self.ours / self.reference

    @property
    def met(self) -> bool | None:
        """Whether the aim is met, None where there is none."""
        if self.at_least is None and self.at_most is None:
            return None
        judged = self.ours if self.ratio is None else self.ratio
        low = self.at_least is None or judged >= self.at_least
        return low and (self.at_most is None or judged <= self.at_most)


def tell(found: Measured) -> None:
    """Print a figure, for the reader or for the collector."""
    if os.environ.get(COLLECT):
        print(_MARK + json.dumps(asdict(found)), flush=True)
    else:
        print(line(found), flush=True)


def collected(text: str) -> Measured | None:
    """Return the figure that a line of output holds, None for any other line."""
    return Measured(**json.loads(text.removeprefix(_MARK))) if text.startswith(_MARK) else None


def line(found: Measured) -> str:
    """Return a figure as one line."""
    parts = [f"{found.name}: {_number(found.ours)} {found.unit}"]
    if found.reference is not None:
        parts.append(f"reference {_number(found.reference)}, ratio {found.ratio:.2f}")
    if found.met is not None:
        parts.append(f"aim {_aim(found)}: {'met' if found.met else 'NOT met'}")
    return ", ".join(parts)


def table(figures: Iterable[Measured]) -> str:
    """Return figures as a table."""
    from tabulate import tabulate

    headers = ("benchmark", "unit", "ours", "reference", "ratio", "aim", "met")
    rows = [
        (
            found.name,
            found.unit,
            _number(found.ours),
            _number(found.reference),
            "" if found.ratio is None else f"{found.ratio:.2f}",
            _aim(found),
            {True: "yes", False: "NO", None: ""}[found.met],
        )
        for found in figures
    ]
    right = ("left", "left", "right", "right", "right", "left", "left")
    return tabulate(rows, headers, tablefmt="simple", colalign=right, disable_numparse=True)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def _aim(found: Measured) -> str:
    of = "" if found.reference is None else "ratio "
    parts = [f"{of}>= {found.at_least:g}"] if found.at_least is not None else []
    parts += [f"{of}<= {found.at_most:g}"] if found.at_most is not None else []
    return ", ".join(parts)
