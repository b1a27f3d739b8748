"""Answers a scraper at http://127.0.0.1:PORT/metrics for as long as a job runs.

Loopback only: a counter of orders is business of the company, and there is no login here. An agent
on the machine scrapes it and takes it further. The threads are the client library's; `close` ends
the one that listens, so that nothing is left of it when the job is over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from core import __version__
from core.config import Settings
from core.errors import UsageError
from core.metrics import names
from core.metrics.families import families, family
from core.metrics.meters import MetricsSnapshot
from core.text import _
from core.text.os_errors import os_reason
from core.threads import failures, reported

HOST = "127.0.0.1"


class _Moments(Collector):
    """Takes a moment whenever a scraper asks."""

    def __init__(self, take: Callable[[], MetricsSnapshot], labels: tuple[str, ...]) -> None:
        self._take = take
        self._labels = labels

    def describe(self) -> list[Metric]:
        """Tell nothing beforehand: which metrics there are follows from what runs."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the present moment."""
        yield family(names.INFO, [(self._labels, 1.0)])
        # The server would print the traceback on stderr, and a console has its screen there.
        taken: list[Metric] = []
        with reported("metrics"):
            taken = list(families(self._take()))
        yield from taken or [family(names.FAILED_THREADS, [((), len(failures()))])]


@contextmanager
def serve_metrics(
    port: int, take: Callable[[], MetricsSnapshot], *, job: str, settings: Settings
) -> Iterator[str]:
    """Serve metrics until the block ends; yield their address. port: 0 takes a free one.

    take: returns the present moment without waiting; called from the server's threads.
    Errors: UsageError when the port cannot be had.
    """
    registry = CollectorRegistry()
    labels = (__version__, job, settings.broker_label, settings.warehouse_label)
    registry.register(_Moments(take, labels))
    # Of the process: processor time, memory, open files. The platform's own are left out.
    ProcessCollector(registry=registry)
    try:
        server, thread = start_http_server(port, HOST, registry)
    except OSError as error:
        raise UsageError(
            _("--metrics-port {port}: {reason}").format(port=port, reason=os_reason(error)),
            hint=_("name another port, or 0 for a free one"),
        ) from error
    try:
        yield f"http://{HOST}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
