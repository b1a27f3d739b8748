"""A pipeline's own checks and their limits, as a definition writes them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.pipeline.base import MAX_LABEL, Label, Model, Name
from core.text import N_, _

TOMORROW = "tomorrow"
"""The parameter that is no threshold: a day from now, in UTC."""
ENGINE_CHECKS = (
    "raw_vs_prod_counts",
    "duplicates",
    "reconciliation",
    "content",
    "freshness",
    "schema",
    "schema_drift",
    "dead_letters",
    "volume",
)
"""Checks that every pipeline has, in their order; its own ones come after them."""
REFERENCES = "referential_integrity"
"""The check that rows name rows of their reference tables; made where a pipeline has none."""
_LONGEST = 63
_TOLD = frozenset({"status", "message", "hint", "rows", "issues", "total_issues"})
"""What a result holds besides figures."""

Problem = tuple[str, str, str]
"""Place of a key, what is wrong with it, and the name that is at fault."""


class Threshold(Model):
    """A limit of the checks, unless DROPSHIP_<NAME> says otherwise. label: what it limits.

    min, max: both allowed themselves; above: not allowed itself.
    """

    default: float
    type: Literal["number", "integer"] = "number"
    min: float | None = None
    above: float | None = None
    max: float | None = None
    label: Label = ""

    @model_validator(mode="after")
    def _allows_its_default(self) -> Self:
        value = self.default
        if self.type == "integer" and not value.is_integer():
            raise PydanticCustomError("default", N_("its default is no whole number"))
        if (
            value < self.least
            or (self.above is not None and value <= self.above)
            or (self.max is not None and value > self.max)
        ):
            raise PydanticCustomError("default", N_("its default is out of its own bounds"))
        return self

    @property
    def least(self) -> float:
        """The smallest value as far as `min` tells: 0, unless a bound goes below it."""
        if self.min is not None:
            return self.min
        return 0.0 if self.above is None else min(0.0, self.above)


class Figure(Model):
    """One number of a check. severity: what a number above zero means; `none`: it only informs.

    of: the figure that it is a share of; share: the name under which results hold that share.
    warn, fail: above them (a share where `of` is named, so that 0.05 is 5 %) it is a WARN or a
    FAIL; numbers, or names of thresholds. table: it counts the rows of this table, and without any
    there is nothing to check.
    """

    name: Name
    label: Label = ""
    severity: Literal["none", "warn", "fail"] = "none"
    of: Name | None = None
    share: Name | None = None
    warn: float | Name | None = None
    fail: float | Name | None = None
    table: Name | None = None

    @property
    def graded(self) -> bool:
        """Whether a number above zero is something to tell."""
        return self.severity != "none" or self.warn is not None or self.fail is not None


class Check(Model):
    """A check of the pipeline's own: one row of figures, and a query for offending rows.

    query: returns one row, a column a figure, in their order; the first figure is the number of
    rows looked at, and zero of them is a WARN. rows: returns the offending rows (`row_keys` names
    their columns). parameters: what is bound to both, in order: names of thresholds, or `tomorrow`
    (a day from now, UTC).

    passed: what is said where all is well. failed: what is said where something was found; `{list}`
    stands for the names of figures and their numbers. Without it the labels of the figures tell.
    empty: what is said where there are no rows to look at.
    """

    name: Name
    title: Label = ""
    passed: Label = ""
    failed: Label = ""
    empty: Label = ""
    query: Name
    figures: Annotated[tuple[Figure, ...], Field(min_length=1)]
    rows: Name | None = None
    row_keys: tuple[Name, ...] = ()
    parameters: tuple[str, ...] = ()


def check_of_references(tables: Collection[str]) -> Check:
    """Return the check whose SQL is made from the definition. tables: those that rows name."""
    figures = [Figure(name="rows_checked", label=_("rows"))]
    for name in tables:
        label = _("rows without {table}").format(table=name)[:MAX_LABEL]
        without = f"without_{name}"[:_LONGEST]
        figures.append(Figure(name=without, label=label, of="rows_checked", warn=0.0, fail=0.01))
    figures += [Figure(name=f"in_{name}"[:_LONGEST], label=name, table=name) for name in tables]
    return Check(
        name=REFERENCES,
        passed=_("every row has what it refers to"),
        query="validate_references",
        figures=tuple(figures),
        rows="validate_references_rows",
        row_keys=("row_key", *tables),
    )


def problems_of(
    checks: Sequence[Check], thresholds: Mapping[str, Threshold], tables: Collection[str]
) -> Iterator[Problem]:
    """Yield what does not fit together. tables: those whose rows a figure may count."""
    named = Counter(check.name for check in checks)
    for number, check in enumerate(checks):
        where = f"checks.{number}"
        if check.name in ENGINE_CHECKS:
            yield f"{where}.name", N_("{name} is a check of the engine"), check.name
        if named[check.name] > 1:
            yield f"{where}.name", N_("{name} is there twice"), check.name
        for parameter in check.parameters:
            if parameter != TOMORROW and parameter not in thresholds:
                yield f"{where}.parameters", N_("{name} is no threshold"), parameter
        for reason, name in _of_figures(check, thresholds, tables):
            yield f"{where}.figures", reason, name


def _of_figures(
    check: Check, thresholds: Mapping[str, Threshold], tables: Collection[str]
) -> Iterator[tuple[str, str]]:
    names = [figure.name for figure in check.figures]
    given = [*names, *(figure.share for figure in check.figures if figure.share)]
    for name, times in Counter(given).items():
        if times > 1:
            yield N_("{name} is there twice"), name
        if name in _TOLD:
            yield N_("{name} has a meaning of its own in results"), name
    for figure in check.figures:
        if figure.of is not None and figure.of not in names:
            yield N_("{name} is none of its figures"), figure.of
        if figure.share is not None and figure.of is None:
            yield N_("{name} is a share of nothing: name a figure by `of`"), figure.share
        if figure.table is not None and figure.table not in tables:
            yield N_("{name} is no table of the definition"), figure.table
        for limit in (figure.warn, figure.fail):
            if isinstance(limit, str) and limit not in thresholds:
                yield N_("{name} is no threshold"), limit
