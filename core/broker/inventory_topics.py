"""Asks a cluster about its topics and brokers: metadata, offsets, settings."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import replace
from time import monotonic
from typing import Any

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka import admin as _client
from confluent_kafka.admin import AdminClient

from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import kafka_error
from core.broker.inventory import (
    BrokerFacts,
    ConfigFact,
    PartitionFacts,
    Problem,
    TopicFacts,
)
from core.text import clean

_untyped: Any = _client  # the library exports neither names nor types of these
_OffsetSpec, _ResourceType = _untyped.OffsetSpec, _untyped.ResourceType
_ConfigResource = _untyped.ConfigResource
_RESOURCES = 200
"""Topics whose settings are asked for at once: an answer has about forty for each."""
_VERSION = ("inter.broker.protocol.version",)
"""Settings that tell the version of a broker, in clusters before 4.0; later ones tell no client."""
_ON_TOPIC = _untyped.ConfigSource.DYNAMIC_TOPIC_CONFIG.value

Place = tuple[str, int]


class Deadline:
    """When asking must be over. seconds: from now on."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left, at least a tenth of one: a question without any time is no question."""
        return max(self._end - monotonic(), 0.1)

    @property
    def over(self) -> bool:
        """Whether there is no time left."""
        return monotonic() >= self._end


def answer(asked: Future[Any], deadline: Deadline) -> Any:
    """Return what was answered in time. Errors: KafkaException."""
    try:
        return asked.result(deadline.left)
    except FutureTimeoutError as error:
        raise KafkaException(KafkaError(ClientErrorCode.TIMED_OUT)) from error


def problem(part: str, error: KafkaException, doing: str, need: str = "") -> Problem:
    """Return why a part is not known."""
    told = kafka_error(error, doing, need=need)
    return Problem(part, told.message, told.hint)


def topics_of(metadata: Any) -> tuple[TopicFacts, ...]:
    """Return the topics of metadata with their partitions; offsets and settings come later."""
    return tuple(
        TopicFacts(
            name,
            tuple(
                PartitionFacts(
                    number,
                    part.leader if part.leader >= 0 else None,
                    tuple(part.replicas),
                    tuple(part.isrs),
                )
                for number, part in sorted(topic.partitions.items())
            ),
            internal=name.startswith("__"),
        )
        for name, topic in sorted(metadata.topics.items())
        if topic.error is None
    )


def brokers_of(metadata: Any) -> tuple[BrokerFacts, ...]:
    """Return the brokers of metadata, with what they lead and hold."""
    leads: Counter[int] = Counter()
    copies: Counter[int] = Counter()
    for topic in metadata.topics.values():
        for part in topic.partitions.values():
            leads[part.leader] += 1
            copies.update(part.replicas)
    return tuple(
        BrokerFacts(
            number,
            one.host,
            one.port,
            controller=number == metadata.controller_id,
            leads=leads[number],
            copies=copies[number],
        )
        for number, one in sorted(metadata.brokers.items())
    )


def offsets(
    admin: AdminClient,
    places: Iterable[Place],
    spec: Any,
    level: IsolationLevel,
    deadline: Deadline,
) -> tuple[dict[Place, int], KafkaException | None]:
    """Return an offset of each place that told one, and the first reason of the others."""
    wanted = {TopicPartition(*place): spec for place in places}
    if not wanted:
        return {}, None
    asked = admin.list_offsets(wanted, isolation_level=level, request_timeout=deadline.left)
    found: dict[Place, int] = {}
    first: KafkaException | None = None
    for where, future in asked.items():
        try:
            found[where.topic, where.partition] = answer(future, deadline).offset
        except KafkaException as error:
            first = first or error
    return found, first


def stable_ends(
    admin: AdminClient, places: Iterable[Place], deadline: Deadline
) -> tuple[dict[Place, int], KafkaException | None]:
    """Return the last stable offset of each place."""
    return offsets(admin, places, _OffsetSpec.latest(), IsolationLevel.READ_COMMITTED, deadline)


def with_offsets(
    admin: AdminClient, topics: Sequence[TopicFacts], deadline: Deadline
) -> tuple[tuple[TopicFacts, ...], KafkaException | None]:
    """Return topics with the begin and the end of each partition that has a leader."""
    places = [
        (topic.name, part.number)
        for topic in topics
        for part in topic.partitions
        if part.leader is not None
    ]
    raw = IsolationLevel.READ_UNCOMMITTED
    low, wrong = offsets(admin, places, _OffsetSpec.earliest(), raw, deadline)
    high, later = offsets(admin, places, _OffsetSpec.latest(), raw, deadline)
    stable, last = stable_ends(admin, places, deadline)
    return tuple(
        replace(
            topic,
            partitions=tuple(
                replace(
                    part,
                    low=low.get((topic.name, part.number)),
                    high=high.get((topic.name, part.number)),
                    stable=stable.get((topic.name, part.number)),
                )
                for part in topic.partitions
            ),
        )
        for topic in topics
    ), wrong or later or last


def with_settings(
    admin: AdminClient, topics: Sequence[TopicFacts], deadline: Deadline
) -> tuple[tuple[TopicFacts, ...], dict[str, KafkaException]]:
    """Return topics with their settings, and of those that may not tell them the reason."""
    found: dict[str, Mapping[str, Any]] = {}
    wrong: dict[str, KafkaException] = {}
    names = [topic.name for topic in topics]
    for first in range(0, len(names), _RESOURCES):
        part = names[first : first + _RESOURCES]
        asked = admin.describe_configs(
            [_ConfigResource(_ResourceType.TOPIC, name) for name in part],
            request_timeout=deadline.left,
        )
        for resource, future in asked.items():
            try:
                found[resource.name] = answer(future, deadline)
            except KafkaException as error:
                wrong[resource.name] = error
    return tuple(
        replace(
            topic,
            settings={
                name: entry.value
                for name, entry in found[topic.name].items()
                if entry.value is not None
            },
            changed=changed(found[topic.name]),
        )
        if topic.name in found
        else topic
        for topic in topics
    ), wrong


def changed(entries: Mapping[str, Any]) -> tuple[ConfigFact, ...]:
    """Return the settings of a topic that were given for it, with what it had without them."""
    return tuple(
        ConfigFact(
            clean(name, 80),
            None if entry.is_sensitive else clean(entry.value, 200),
            _without(entry),
        )
        for name, entry in sorted(entries.items())
        if _source(entry) == _ON_TOPIC
    )


def _without(entry: Any) -> str | None:
    """Return what a setting would be were it not given for the topic: of the cluster, or Kafka."""
    for other in (entry.synonyms or {}).values():
        if _source(other) != _ON_TOPIC and other.value is not None:
            return clean(other.value, 200)
    return None


def _source(entry: Any) -> int:
    return int(getattr(entry.source, "value", entry.source))


def with_racks(
    admin: AdminClient, brokers: Sequence[BrokerFacts], deadline: Deadline
) -> tuple[BrokerFacts, ...]:
    """Return brokers with their racks and who controls. Errors: KafkaException."""
    told = answer(admin.describe_cluster(request_timeout=deadline.left), deadline)
    racks = {node.id: node.rack or "" for node in told.nodes}
    controller = told.controller.id if told.controller is not None else None
    return tuple(
        replace(
            one,
            rack=clean(racks.get(one.number, ""), 60),
            controller=one.controller if controller is None else one.number == controller,
        )
        for one in brokers
    )


def with_versions(
    admin: AdminClient, brokers: Sequence[BrokerFacts], deadline: Deadline
) -> tuple[BrokerFacts, ...]:
    """Return brokers with the version that they tell as a setting. Errors: KafkaException."""
    asked = {
        one.number: admin.describe_configs(
            [_ConfigResource(_ResourceType.BROKER, str(one.number))], request_timeout=deadline.left
        )
        for one in brokers
    }
    versions = {}
    for number, futures in asked.items():
        for future in futures.values():
            entries = answer(future, deadline)
            found = [entries[name].value for name in _VERSION if name in entries]
            versions[number] = clean(found[0] or "", 40) if found else ""
    return tuple(replace(one, version=versions.get(one.number, "")) for one in brokers)
