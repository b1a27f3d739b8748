"""Asks a cluster about its consumer groups: state, members, how far each is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException
from confluent_kafka.admin import AdminClient

from core.broker.error_hints import right
from core.broker.inventory import GroupFacts, GroupMember, GroupOffset, Problem
from core.broker.inventory_topics import Deadline, Place, answer, problem, stable_ends
from core.text import _, clean

_AT_ONCE = 100
"""Groups that are described in one request."""


def listed_groups(admin: AdminClient, deadline: Deadline) -> tuple[list[GroupFacts], list[Problem]]:
    """Return the groups that this user may see, and what brokers did not tell theirs.

    Errors: KafkaException.
    """
    told = answer(admin.list_consumer_groups(request_timeout=deadline.left), deadline)
    groups = [
        GroupFacts(one.group_id, _name(one, "state"), _name(one, "type")) for one in told.valid
    ]
    wrong = [
        problem("groups", KafkaException(error), _("listing the consumer groups"))
        for error in told.errors[:1]
    ]
    return sorted(groups, key=lambda group: group.name), wrong


def described(
    admin: AdminClient, groups: Sequence[GroupFacts], deadline: Deadline
) -> tuple[list[GroupFacts], list[Problem]]:
    """Return groups with state, members and offsets, and the first reason why some are without."""
    found = {group.name: group for group in groups}
    wrong: list[Problem] = []
    for name, error in _describe(admin, found, deadline).items():
        need = right("Describe", group=name)
        wrong.append(problem("groups", error, _doing(name), need))
    committed, refused = _committed(admin, list(found), deadline)
    for name, error in refused.items():
        wrong.append(problem("groups", error, _doing(name), right("Describe", group=name)))
    held = {
        name: {place for member in group.members or () for place in member.holds}
        for name, group in found.items()
    }
    places = {place for name in found for place in {*held[name], *committed.get(name, {})}}
    ends, late = stable_ends(admin, sorted(places), deadline)
    if late is not None:
        wrong.append(problem("groups", late, _("reading the ends of partitions")))
    return [
        replace(group, offsets=_offsets(committed[name], held[name], ends))
        if name in committed
        else group
        for name, group in found.items()
    ], wrong[:1]


def _doing(name: str) -> str:
    return _("asking for the members of group {group}").format(group=clean(name, 80))


def _describe(
    admin: AdminClient, found: dict[str, GroupFacts], deadline: Deadline
) -> dict[str, KafkaException]:
    wrong: dict[str, KafkaException] = {}
    names = list(found)
    for first in range(0, len(names), _AT_ONCE):
        asked = admin.describe_consumer_groups(
            names[first : first + _AT_ONCE], request_timeout=deadline.left
        )
        for name, future in asked.items():
            try:
                told = answer(future, deadline)
            except KafkaException as error:
                wrong[name] = error
                continue
            found[name] = replace(
                found[name],
                state=_name(told, "state") or found[name].state,
                kind=_name(told, "type") or found[name].kind,
                assignor=clean(told.partition_assignor or "", 60),
                coordinator=told.coordinator.id if told.coordinator is not None else None,
                members=tuple(_member(one) for one in told.members),
            )
    return wrong


def _member(one: Any) -> GroupMember:
    held = one.assignment.topic_partitions if one.assignment else ()
    return GroupMember(
        one.member_id,
        one.client_id,
        one.host,
        tuple(sorted((place.topic, place.partition) for place in held)),
    )


def _committed(
    admin: AdminClient, names: Sequence[str], deadline: Deadline
) -> tuple[dict[str, dict[Place, int]], dict[str, KafkaException]]:
    """Return the commits of each group; the client asks for one group a call."""
    asked = {
        name: admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(name)], request_timeout=deadline.left
        )[name]
        for name in names
    }
    found: dict[str, dict[Place, int]] = {}
    wrong: dict[str, KafkaException] = {}
    for name, future in asked.items():
        try:
            told = answer(future, deadline)
        except KafkaException as error:
            wrong[name] = error
            continue
        found[name] = {
            (one.topic, one.partition): one.offset
            for one in told.topic_partitions
            if one.error is None and one.offset >= 0
        }
    return found, wrong


def _offsets(
    committed: Mapping[Place, int], held: set[Place], ends: Mapping[Place, int]
) -> tuple[GroupOffset, ...]:
    return tuple(
        GroupOffset(*place, committed.get(place), ends.get(place))
        for place in sorted({*committed, *held})
    )


def _name(group: Any, what: str) -> str:
    """Return a state or type as Kafka names it, lower case; nothing for one that is not known."""
    name = str(getattr(getattr(group, what, None), "name", "") or "").lower()
    return "" if name == "unknown" else name
