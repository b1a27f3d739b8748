"""Which panes there are, in which order they stand, and what a terminal has room for."""

from tui.panes.alerts import AlertsPane
from tui.panes.base import Pane
from tui.panes.consumer import ConsumerPane
from tui.panes.doctor import DoctorPane
from tui.panes.events import EventsPane
from tui.panes.kpis import KpisPane
from tui.panes.logs import LogsPane
from tui.panes.overview import OverviewPane
from tui.panes.producer import ProducerPane
from tui.panes.seed import SeedPane
from tui.panes.validation import ValidationPane
from tui.panes.warehouse import WarehousePane

BOARD: tuple[type[Pane], ...] = (SeedPane, ProducerPane, KpisPane, ConsumerPane, ValidationPane)
"""On one screen where there is room, in the order of the grid."""
EXTRA: tuple[type[Pane], ...] = (
    EventsPane,
    WarehousePane,
    AlertsPane,
    LogsPane,
    DoctorPane,
)
"""Always alone on the screen."""
ALL = tuple(sorted(BOARD + EXTRA, key=lambda kind: (kind.NUMBER == "0", kind.NUMBER)))
LARGE: tuple[type[Pane], ...] = (EventsPane, AlertsPane, LogsPane)
"""On the board too where there is room for eight."""
ORDER: tuple[type[Pane], ...] = (
    *(SeedPane, ProducerPane, KpisPane, ConsumerPane, EventsPane, ValidationPane, AlertsPane),
    *(LogsPane, WarehousePane, DoctorPane, OverviewPane),
)
"""The order of the grid, of whatever is there."""
_WIDE, _TALL, _ROOMY = 110, 30, 36
_LARGE_WIDTH, _LARGE_HEIGHT = 180, 50
_TINY_WIDTH, _TINY_HEIGHT = 40, 10


def layout(width: int, height: int) -> dict[str, bool]:
    """Return the classes of the main screen, and whether a terminal of this size has each."""
    return {
        "-narrow": width < _WIDE,
        "-low": height < _TALL,
        "-roomy": height >= _ROOMY,
        "-tiny": width < _TINY_WIDTH or height < _TINY_HEIGHT,
        "-large": width >= _LARGE_WIDTH and height >= _LARGE_HEIGHT,
    }


def later(name: str) -> list[str]:
    """Return the panes that stand after one, in their order."""
    names = [kind.NAME for kind in ORDER]
    return names[names.index(name) + 1 :]
