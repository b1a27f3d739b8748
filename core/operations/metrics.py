"""The controller as Prometheus sees it: workers, alerts, and what the broker tells of the topic."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from core.config import Settings
from core.metrics.meters import MetricsSnapshot, TopicMetrics
from core.operations.base import PipelineController
from core.operations.snapshot import ControllerSnapshot
from core.text import _
from core.workers import RunState

log = logging.getLogger(__name__)


@contextmanager
def serve_controller_metrics(controller: PipelineController, port: int | None) -> Iterator[None]:
    """Serve the metrics of a controller until the block ends, given a port; the log says where.

    Errors: UsageError when the port cannot be had.
    """
    if port is None:
        yield
        return
    from core.metrics.server import serve_metrics  # noqa: PLC0415 - loads the client library

    def take() -> MetricsSnapshot:
        return metrics_of(controller.snapshot(), controller.settings)

    with serve_metrics(port, take, job="console", settings=controller.settings) as address:
        log.info(_("metrics at {address}").format(address=address))
        yield


def metrics_of(now: ControllerSnapshot, settings: Settings) -> MetricsSnapshot:
    """Return a moment of the controller as what is measured.

    Workers that never ran are left out.
    """
    watch, kafka = now.watch.value, settings.kafka
    ran = now.consumer.offsets or now.consumer.state is not RunState.IDLE
    return MetricsSnapshot(
        consumer=now.consumer if ran else None,
        producer=now.producer if now.producer.topic else None,
        merge=now.merge if now.merge.state is not RunState.IDLE else None,
        alerts=now.alerts,
        at=now.at,
        failed_threads=len(now.failed_threads),
        topic=None
        if watch is None or now.watch.error
        else TopicMetrics(kafka.topic, watch.ends, kafka.watched_group, watch.stored),
    )
