"""What a controller reads again and again: the figures of the warehouse, and the topic."""

from collections.abc import Callable, Mapping

from core.clock import Clock
from core.config import Settings
from core.errors import DropshipError
from core.operations.backends import Backends
from core.operations.kpi_reading import read_figures
from core.operations.poller import Poller
from core.operations.snapshot import Figures, Watch
from core.operations.stored import StoredHere
from core.operations.unstored_count import UnstoredCount
from core.operations.watchers import TopicWatcher
from core.text import _

_WATCH_S = 1.0
_FIGURES_S, _REMOTE_FIGURES_S = 2.0, 10.0
"""Each question keeps a warehouse of Snowflake awake, which is billed by the second."""


class Readings:
    """Two pollers, `figures` and `topic`, each with its latest reading. Any thread may call them.

    ours: how far our own consumer has stored each partition. failed: whether the warehouse could
    not be opened.
    """

    def __init__(
        self,
        settings: Settings,
        backends: Backends,
        custody: UnstoredCount,
        clock: Clock,
        *,
        ours: Callable[[], Mapping[int, int]],
        failed: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._backends = backends
        self._custody = custody
        self._ours = ours
        every_s = settings.engine.every_s(_FIGURES_S, _REMOTE_FIGURES_S)
        self.figures = Poller("figures", self._read_figures, every_s, clock)
        self.topic = Poller("topic", self._read_topic, _WATCH_S, clock)
        self._watcher = TopicWatcher(clock)
        self._stored = StoredHere(
            settings, backends, clock, ours=ours, ask=self.figures.now, failed=failed
        )

    def close(self) -> None:
        """End both; blocks for a few seconds at most."""
        for poller in (self.figures, self.topic):
            poller.stop()
        for poller in (self.figures, self.topic):
            poller.join(5.0)

    def _read_figures(self) -> Figures:
        warehouse = self._backends.warehouse
        if warehouse is None:
            raise DropshipError(_("the warehouse is not open yet"))
        self._stored.look(warehouse)
        return read_figures(warehouse, self._settings.pipeline.definition.kpis)

    def _read_topic(self) -> Watch:
        broker = self._backends.broker
        if broker is None:
            raise DropshipError(_("the broker is not open yet"))
        self._custody.count(self._ours())
        topic = self._settings.kafka.topic
        return self._watcher.look(broker, topic, self._stored.account(broker))
