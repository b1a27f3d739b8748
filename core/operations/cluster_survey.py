"""Looks at a whole cluster: topics, consumer groups, brokers, one after another, within a time.

Joins no group and changes nothing. What a right is missing for is a problem of its part; the others
are shown. The embedded broker tells topics and partitions alone. Loads the Kafka client.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from confluent_kafka import KafkaException

from core.broker import inventory_groups, inventory_topics
from core.broker.base import Broker
from core.broker.error_hints import right
from core.broker.inventory import (
    GroupFacts,
    GroupOffset,
    Inventory,
    Problem,
    TopicFacts,
)
from core.broker.inventory_topics import Deadline, problem
from core.config.settings import KafkaSettings
from core.text import _, ngettext

LIMIT_S = 15.0
"""How long the whole look may take, seconds."""

Show = Callable[[Inventory], None]


def survey(
    broker: Broker, kafka: KafkaSettings, show: Show, *, limit_s: float = LIMIT_S
) -> Inventory:
    """Return what the cluster holds. show: told each part as it comes. Errors: BrokerError."""
    metadata = broker.metadata()
    found = Inventory(
        inventory_topics.topics_of(metadata), brokers=inventory_topics.brokers_of(metadata)
    )
    show(found)
    if broker.label == "embedded":
        return _embedded(broker, kafka, found)
    deadline = Deadline(limit_s)
    for look in (_offsets, _settings, _groups, _racks, _versions):
        found = look(broker, found, deadline)
        show(found)
    return replace(found, done=True)


def _with(found: Inventory, *problems: Problem) -> Inventory:
    return replace(found, problems=(*found.problems, *problems))


def _offsets(broker: Broker, found: Inventory, deadline: Deadline) -> Inventory:
    topics, wrong = inventory_topics.with_offsets(broker.admin(), found.topics or (), deadline)
    found = replace(found, topics=topics)
    return found if wrong is None else _with(found, problem("topics", wrong, _("reading offsets")))


def _settings(broker: Broker, found: Inventory, deadline: Deadline) -> Inventory:
    topics, wrong = inventory_topics.with_settings(broker.admin(), found.topics or (), deadline)
    found = replace(found, topics=topics)
    for name, error in list(wrong.items())[:1]:
        doing = ngettext(
            "the settings of {count} topic", "the settings of {count} topics", len(wrong)
        ).format(count=len(wrong))
        found = _with(found, problem("topics", error, doing, right("DescribeConfigs", topic=name)))
    return found


def _groups(broker: Broker, found: Inventory, deadline: Deadline) -> Inventory:
    try:
        groups, wrong = inventory_groups.listed_groups(broker.admin(), deadline)
    except KafkaException as error:
        return _with(found, problem("groups", error, _("listing the consumer groups")))
    listed = replace(found, groups=tuple(groups))
    groups, more = inventory_groups.described(broker.admin(), groups, deadline)
    return _with(replace(listed, groups=tuple(groups)), *wrong, *more)


def _racks(broker: Broker, found: Inventory, deadline: Deadline) -> Inventory:
    try:
        brokers = inventory_topics.with_racks(broker.admin(), found.brokers or (), deadline)
    except KafkaException as error:
        return _with(found, problem("brokers", error, _("asking for the racks of the brokers")))
    return replace(found, brokers=brokers)


def _versions(broker: Broker, found: Inventory, deadline: Deadline) -> Inventory:
    try:
        brokers = inventory_topics.with_versions(broker.admin(), found.brokers or (), deadline)
    except KafkaException as error:
        need = _("DescribeConfigs on the cluster")
        doing = _("asking for the version of the brokers")
        return _with(found, problem("brokers", error, doing, need))
    return replace(found, brokers=brokers)


def _embedded(broker: Broker, kafka: KafkaSettings, found: Inventory) -> Inventory:
    """Return what the broker inside a process of ours can tell: it lists no groups, no settings."""
    topics: list[TopicFacts] = []
    for topic in found.topics or ():
        marks = broker.watermarks(topic.name)
        parts = tuple(
            replace(part, low=marks[part.number].low, high=marks[part.number].high)
            if part.number in marks
            else part
            for part in topic.partitions
        )
        topics.append(replace(topic, partitions=parts))
    names = sorted({kafka.group_id, kafka.watched_group})
    groups = tuple(_own_group(broker, name, topics) for name in names)
    return Inventory(
        tuple(topics),
        tuple(group for group in groups if group.offsets),
        found.brokers,
        (
            Problem("topics", message=_("the embedded broker has no settings of topics")),
            Problem(
                "groups",
                message=_("the embedded broker lists no groups: the configured ones are shown"),
            ),
        ),
        done=True,
    )


def _own_group(broker: Broker, name: str, topics: Sequence[TopicFacts]) -> GroupFacts:
    offsets = tuple(
        GroupOffset(topic.name, part.number, committed[part.number], part.high)
        for topic in topics
        for committed in [broker.committed(topic.name, name)]
        for part in topic.partitions
        if part.number in committed
    )
    return GroupFacts(name, offsets=offsets)
