"""What every check is given, and the few steps that all of them share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from core.config import Thresholds
from core.pipeline import Definition, Pipeline, builtin
from core.text import _
from core.validation.content_ledger import ContentLedger
from core.validation.model import BrokerView, CheckResult, Status
from core.warehouse.base import Warehouse
from core.warehouse.model import Row


@dataclass(frozen=True)
class CheckContext:
    """One validation. now: UTC. broker: None when no broker is in reach. pipeline: default orders.

    content: how far `content` came in earlier runs; None: it reads everything. stop: ends checks
    that take long. tell: shows how far such a check has come. compared: given how many records
    `content` has compared, of how many.
    """

    warehouse: Warehouse
    thresholds: Thresholds
    now: datetime
    broker: BrokerView | None = None
    content: ContentLedger | None = None
    stop: Event | None = None
    tell: Callable[[str], None] = lambda _note: None
    compared: Callable[[int, int], None] = lambda _done, _total: None
    pipeline: Pipeline = field(default_factory=builtin)

    @property
    def definition(self) -> Definition:
        """What the pipeline says of itself."""
        return self.pipeline.definition

    @property
    def stopping(self) -> bool:
        """Whether the run is to end."""
        return self.stop is not None and self.stop.is_set()

    def one(self, query: str, parameters: Sequence[object] = ()) -> Row:
        """Return the only row of a read."""
        (row,) = self.warehouse.rows(query, parameters)
        return row

    def dicts(
        self, query: str, keys: Sequence[str], parameters: Sequence[object] = ()
    ) -> list[dict[str, object]]:
        """Return the rows of a read as dicts with the given keys."""
        rows = self.warehouse.rows(query, parameters)
        return [dict(zip(keys, row, strict=True)) for row in rows]


def nothing_to_check(
    name: str, what: str, figures: Mapping[str, object] | None = None
) -> CheckResult:
    """Return the WARN of a check that found no rows: an empty table proves nothing."""
    return CheckResult.of(
        name, Status.WARN, _("nothing to check: {what}").format(what=what), figures
    )


def grade(value: float, warn: float, fail: float) -> Status:
    """Return FAIL above `fail`, WARN above `warn`, else PASS."""
    if value > fail:
        return Status.FAIL
    return Status.WARN if value > warn else Status.PASS


def fraction(part: int, whole: int) -> float:
    """Return part / whole, 0 of nothing."""
    return part / whole if whole else 0.0
