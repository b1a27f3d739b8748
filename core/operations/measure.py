"""The desk as Prometheus sees it: workers, alerts, and what the broker tells of the topic."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from core.config import Settings
from core.lifecycle import RunState
from core.metrics.meters import Moment, TopicMoment
from core.operations.desk import Desk
from core.operations.snapshot import DeskSnapshot
from core.text import _

log = logging.getLogger(__name__)


@contextmanager
def measured(desk: Desk, port: int | None) -> Iterator[None]:
    """Serve the metrics of a desk until the block ends; nothing without a port. The log says where.

    Errors: UsageError when the port cannot be had.
    """
    if port is None:
        yield
        return
    from core.metrics.server import serve_metrics  # noqa: PLC0415 - loads the client library

    def take() -> Moment:
        return moment_of(desk.snapshot(), desk.settings)

    with serve_metrics(port, take, job="console", settings=desk.settings) as address:
        log.info(_("metrics at {address}").format(address=address))
        yield


def moment_of(now: DeskSnapshot, settings: Settings) -> Moment:
    """Return a moment of the desk as what is measured. Workers that never ran are left out."""
    watch, kafka = now.watch.value, settings.kafka
    ran = now.consumer.offsets or now.consumer.state is not RunState.IDLE
    return Moment(
        consumer=now.consumer if ran else None,
        producer=now.producer if now.producer.topic else None,
        merge=now.merge if now.merge.state is not RunState.IDLE else None,
        alerts=now.alerts,
        at=now.at,
        failed_threads=len(now.failed_threads),
        topic=None
        if watch is None or now.watch.error
        else TopicMoment(kafka.topic, watch.ends, kafka.watched_group, watch.stored),
    )
