"""A warehouse that stores no batch once it is told so: what a full disk or a lost table does."""

from typing import Any

from core.operations.controller import Controller
from core.warehouse.base import Warehouse


class Refusing:
    """Passes everything on to a warehouse. error: what a batch is refused with, None for none."""

    def __init__(self, inner: Warehouse) -> None:
        self._inner = inner
        self.error: Exception | None = None

    def write_batch(self, batch: Any) -> None:
        if self.error is not None:
            raise self.error
        self._inner.write_batch(batch)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def refusing(controller: Controller) -> Refusing:
    """Put one between an open controller and its warehouse."""
    warehouse = controller._backends.warehouse
    assert warehouse is not None
    wrapped: Any = Refusing(warehouse)
    controller._backends.warehouse = wrapped
    return wrapped
