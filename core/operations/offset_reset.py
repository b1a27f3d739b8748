"""Sets the offsets of a stopped group, after a preview that counts what is read again or skipped.

For the group of this pipeline the offsets stored in the warehouse decide: what it committed to
Kafka serves displays alone. Its records are read again without moving them
(`core.operations.offset_reread`). Loads the Kafka client.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from core.broker.base import Broker, Watermark
from core.broker.group_offsets import group_now, offsets_at, set_committed
from core.broker.inventory import GroupFacts
from core.broker.inventory_topics import Deadline
from core.config.settings import KafkaSettings
from core.errors import BrokerError, UsageError
from core.operations.offset_plan import OffsetMove, OffsetPlan
from core.operations.offset_target import OffsetTarget
from core.text import _, clean, ngettext
from core.warehouse.base import Warehouse

_LIMIT_S = 15.0
_NAMED = 3

log = logging.getLogger(__name__)


def plan(broker: Broker, group: str, topic: str, target: OffsetTarget) -> OffsetPlan:
    """Return what a reset of a group on a topic would do.

    Errors: BrokerError; UsageError for a group with members, or a partition that is not there.
    """
    deadline = Deadline(_LIMIT_S)
    now = _stopped(broker, group, deadline)
    before = _committed(now, topic)
    return OffsetPlan(group, topic, target, _moves(broker, topic, before, target, deadline))


def plan_own(
    broker: Broker, warehouse: Warehouse, kafka: KafkaSettings, target: OffsetTarget
) -> OffsetPlan:
    """Return what reading again would do: from a place up to the stored offsets, which stay.

    after: where reading begins, or the stored offset where there is nothing to read.
    """
    stored = warehouse.stored_offsets(broker.identity(kafka.topic))
    moves = tuple(
        move
        if move.again
        else replace(move, after=move.after if move.before is None else move.before)
        for move in _moves(broker, kafka.topic, stored, target, Deadline(_LIMIT_S))
    )
    found = OffsetPlan(kafka.group_id, kafka.topic, target, moves, own=True)
    return replace(found, refusal=_refusal(found))


def _refusal(found: OffsetPlan) -> str:
    if found.again:
        return ""
    if all(move.before is None for move in found.moves):
        return _("nothing is stored of it yet: the consumer reads from its begin")
    return _("the consumer has not stored anything behind it yet")


def apply(broker: Broker, kafka: KafkaSettings, wanted: OffsetPlan) -> OffsetPlan:
    """Do what a plan says, and return it as done.

    Errors: UsageError for our own group, one with members, or offsets that moved since the plan;
    BrokerError.
    """
    if wanted.own or wanted.group == kafka.group_id:
        raise own_group_error(wanted.group)
    deadline = Deadline(_LIMIT_S)
    now = _stopped(broker, wanted.group, deadline)
    before = _committed(now, wanted.topic)
    if any(before.get(move.partition) != move.before for move in wanted.moves):
        raise UsageError(
            _("the offsets of group {group} moved since the preview").format(
                group=clean(wanted.group, 80)
            ),
            hint=_("look at the preview again"),
        )
    after = {move.partition: move.after for move in wanted.moves}
    set_committed(broker.admin(), wanted.group, wanted.topic, after, deadline)
    log.warning(
        "offsets of a group were reset",
        extra={"group": clean(wanted.group, 200), "topic": clean(wanted.topic, 200), "to": after},
    )
    return replace(wanted, done=True)


def own_group_error(group: str) -> UsageError:
    """Return why the commits of our own group are not set."""
    return UsageError(
        _("group {group} reads from the offsets stored in the warehouse").format(
            group=clean(group, 80)
        ),
        hint=_("what it committed to Kafka serves displays alone: setting it changes nothing"),
    )


def _stopped(broker: Broker, group: str, deadline: Deadline) -> GroupFacts:
    """Return a group that nobody is in. Errors: UsageError that names the members; BrokerError."""
    now = group_now(broker.admin(), group, deadline)
    members = now.members or ()
    if members:
        named = [f"{clean(one.client_id, 60)} {clean(one.host, 60)}" for one in members[:_NAMED]]
        more = ", …" if len(members) > _NAMED else ""
        raise UsageError(
            ngettext(
                "group {group} has {count} member: {list}",
                "group {group} has {count} members: {list}",
                len(members),
            ).format(group=clean(group, 80), count=len(members), list=", ".join(named) + more),
            hint=_("stop it first: only the offsets of a stopped group can be reset"),
        )
    return now


def _committed(group: GroupFacts, topic: str) -> dict[int, int | None]:
    return {one.partition: one.committed for one in group.offsets or () if one.topic == topic}


def _moves(
    broker: Broker,
    topic: str,
    before: Mapping[int, int | None],
    target: OffsetTarget,
    deadline: Deadline,
) -> tuple[OffsetMove, ...]:
    parts = target.within(topic, broker.watermarks(topic))
    after = _after(broker, topic, parts, target, deadline)
    return tuple(
        OffsetMove(part, before.get(part), after[part], mark.low, mark.readable)
        for part, mark in sorted(parts.items())
    )


def _after(
    broker: Broker,
    topic: str,
    marks: Mapping[int, Watermark],
    target: OffsetTarget,
    deadline: Deadline,
) -> dict[int, int]:
    if target.moment is not None:
        if broker.label == "embedded":
            raise BrokerError(
                _("the embedded broker finds no offsets by time"),
                hint=_("give begin, end or an offset"),
            )
        milliseconds = int(target.moment.timestamp() * 1_000)
        ends = {part: mark.readable for part, mark in marks.items()}
        found = offsets_at(broker.admin(), topic, ends, milliseconds, deadline)
        return {part: min(offset, ends[part]) for part, offset in found.items()}
    if target.kind == "offset":
        return {
            part: min(max(target.offset, mark.low), mark.readable) for part, mark in marks.items()
        }
    return {
        part: mark.low if target.kind == "begin" else mark.readable for part, mark in marks.items()
    }
