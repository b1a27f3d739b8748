"""Whether a broker answers, and where it sends its clients."""

import json
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from core.broker.clients import kafka_error
from core.text import _, clean

Brokers = tuple[tuple[str, int], ...]
"""Hosts and ports, in order."""

_GLANCE_S = 0.5
_STATISTICS_S = 0.2


def advertised_brokers(
    config: Mapping[str, Any],
    reader: Consumer,
    *,
    refusal: Callable[[], KafkaError | None],
    timeout_s: float,
) -> Brokers:
    """Return where the cluster sends its clients, once one of its brokers has answered.

    A client may be sent on before its question went out, and then asks only there: where nobody
    answers, its question is never answered, though it knows the addresses by then. So a second
    client watches what it has learned in the statistics that it keeps.
    config: of every client. reader: the client that asks first. refusal: why a broker did not let
    us in, None when none refused.
    Errors: BrokerError after `timeout_s` seconds; one that no waiting fixes when the broker refused
    our login.
    """
    ends = monotonic() + timeout_s
    patience_s = min(_GLANCE_S, timeout_s / 3)
    where = clean(config["bootstrap.servers"], 120)
    watching: _Watching | None = None
    while True:
        try:
            client = watching.client if watching else reader
            nodes = client.list_topics(timeout=patience_s).brokers.values()
            return tuple(sorted((str(node.host), int(node.port)) for node in nodes))
        except KafkaException as error:
            # Why a connection ended is told to the callback, which only poll serves.
            reader.poll(0)
            if (refused := refusal()) is not None:
                doing = _("the broker at {where} refuses us").format(where=where)
                raise kafka_error(refused, doing) from error
            watching = watching or _Watching(config)
            if learned := watching.learned():
                return learned
            if monotonic() >= ends:
                doing = _("no broker answers at {where}").format(where=where)
                raise kafka_error(error, doing) from error
            # An answer may be slow to come: each look is longer than the one before.
            patience_s = max(min(2 * patience_s, ends - monotonic()), _STATISTICS_S)


class _Watching:
    """A client that says which brokers it was told of, whether they answer or not."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._learned: Brokers = ()
        told = {"statistics.interval.ms": int(_STATISTICS_S * 1000), "stats_cb": self._note}
        self.client = Producer({**config, **told})

    def learned(self) -> Brokers:
        self.client.poll(0)
        return self._learned

    def _note(self, statistics: str) -> None:
        # Nodes have numbers; addresses from the configuration and coordinators have none.
        nodes = json.loads(statistics)["brokers"].values()
        names = [str(node["nodename"]) for node in nodes if node["nodeid"] >= 0]
        apart = [name.rpartition(":") for name in names]
        self._learned = tuple(sorted((host, int(port)) for host, _colon, port in apart))
