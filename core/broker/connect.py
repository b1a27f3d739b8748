"""From settings to a reachable broker: the only place that knows there are two kinds."""

import socket
from collections.abc import Callable
from threading import Event
from time import monotonic

from core.broker.cluster import Cluster
from core.broker.error_hints import advertised_hint, listed
from core.clock import Clock
from core.config import Settings
from core.errors import BrokerError
from core.text import _, clean

_RETRY_S = 0.25
_PROBE_S = 5.0


class SentOnError(BrokerError):
    """A broker answers, but it sends clients to addresses where nobody does. Transient."""


def connect_broker(
    settings: Settings,
    *,
    clock: Clock,
    stop: Event,
    start_embedded: bool,
    waiting: Callable[[str], None] = lambda _reason: None,
) -> Cluster:
    """Return a broker that answers, waiting for it at most `settings.timeout_s` seconds.

    start_embedded: without KAFKA_BOOTSTRAP_SERVERS and without a running embedded broker, start
    one in this process (its owner must consume what it publishes); otherwise wait for another
    process to start one. waiting: told what is being waited for.
    Errors: BrokerError once the time is over or `stop` is set.
    """
    deadline = clock.monotonic() + settings.timeout_s
    sent_on: SentOnError | None = None
    while True:
        try:
            return _attempt(settings, clock, start_embedded=start_embedded)
        except BrokerError as error:
            if not error.transient:
                raise
            if isinstance(error, SentOnError):
                sent_on = error
            # A client that is sent on before it asks hears nothing: what is known tells more.
            told = sent_on or error
            if clock.monotonic() + _RETRY_S > deadline:
                raise told from error
            waiting(told.message)
            if clock.wait(stop, _RETRY_S):
                raise told from error


def _attempt(settings: Settings, clock: Clock, *, start_embedded: bool) -> Cluster:
    """Try once. Errors: BrokerError, transient where waiting may help."""
    if settings.kafka.bootstrap_servers is not None:
        return _reach(settings)
    from core.broker import embedded  # noqa: PLC0415 - a real cluster does not need it

    found = embedded.find_embedded(settings.paths)
    if found is not None:
        return found
    if start_embedded:
        return embedded.start_embedded(settings.paths, settings.kafka.topic, clock=clock)
    raise BrokerError(
        _("no embedded broker runs for {folder}").format(folder=clean(settings.paths.data)),
        hint=_(
            "start one in another terminal with `dropship --run broker`, run everything in one "
            "process with `dropship --run pipeline`, or set KAFKA_BOOTSTRAP_SERVERS"
        ),
        transient=True,
    )


def _reach(settings: Settings) -> Cluster:
    """Return the configured cluster once it has answered."""
    servers = settings.kafka.bootstrap_servers or ""
    cluster = Cluster(
        servers,
        extra=settings.kafka.client,
        request_timeout_s=min(_PROBE_S, max(settings.timeout_s, 0.5)),
    )
    try:
        cluster.ping()
        _meet(cluster, settings)
    except BrokerError:
        cluster.close()
        raise
    return cluster


def _meet(cluster: Cluster, settings: Settings) -> None:
    """Return once one of the brokers that the cluster names takes a connection.

    The address that we were given may be one that only tells the others: a client that is sent to
    brokers which it cannot reach fails late, and each request in a way of its own.
    Errors: SentOnError naming those addresses.
    """
    if not listed(cluster.advertised, cluster.bootstrap_servers):
        return  # it was one of them that answered
    ends = monotonic() + min(_PROBE_S, max(settings.timeout_s, 0.5))
    reason = ""
    for host, port in cluster.advertised:
        left = ends - monotonic()
        if left <= 0:
            break
        try:
            with socket.create_connection((host, port), timeout=left):
                return
        except (OSError, UnicodeError) as error:
            reason = clean(getattr(error, "strerror", None) or error, 120)
    if not reason:
        return
    brokers = listed(cluster.advertised)
    raise SentOnError(
        _("a broker answers at {servers}, but none at {brokers}, where it sends us: {why}").format(
            servers=clean(cluster.bootstrap_servers, 120), brokers=brokers, why=reason
        ),
        hint=advertised_hint(brokers),
        transient=True,
    )
