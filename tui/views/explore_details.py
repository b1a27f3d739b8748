"""A topic, a consumer group or a broker of the topic explorer in full."""

from collections.abc import Sequence

from core.broker.inventory import (
    UNLIMITED,
    BrokerFacts,
    GroupFacts,
    GroupOffset,
    TopicFacts,
)
from core.text import _, clean
from tui.formats import UNKNOWN
from tui.row_table import Cell, Column, Row, lay_out
from tui.styled_text import Line, Role, Span, line
from tui.views.blocks import rule
from tui.views.explore import retention, state_of
from tui.views.frame import Frame, wrap
from tui.views.payload import pairs

_LONG = 200


def topic_details(topic: TopicFacts, frame: Frame) -> list[Line]:
    """Return partitions and settings."""
    formats = frame.formats
    kept = topic.retention_bytes
    size = _("no limit") if kept == UNLIMITED else formats.bytes(kept)
    facts = [
        (_("partitions"), formats.count(len(topic.partitions))),
        (_("records"), formats.count(topic.records)),
        (_("size"), _because(_("the Kafka client cannot ask for it"))),
        (_("retention"), f"{retention(topic.retention_ms, formats)}, {size}"),
        (_("cleanup"), clean(topic.cleanup, 60) or UNKNOWN),
    ]
    lines = [*pairs(facts, frame.width, 17), line(), rule(_("partitions"), frame)]
    columns = (
        Column(_("part"), 4, right=True),
        Column(_("leader"), 6, right=True),
        Column(_("copies"), 9, drop=1),
        Column(_("in sync"), 9),
        Column(_("begin"), 12, right=True, drop=2),
        Column(_("end"), 12, right=True),
        Column(_("records"), 15, right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for part in topic.partitions:
        lacking = part.leader is None or len(part.in_sync) < len(part.replicas)
        role: Role = "bad" if lacking else "text"
        leader = _("none") if part.leader is None else str(part.leader)
        rows.append(
            (
                str(part.number),
                Span(leader, "bad" if part.leader is None else "text"),
                _ids(part.replicas),
                Span(_ids(part.in_sync), role),
                formats.count(part.low),
                formats.count(part.high),
                formats.count(part.records),
            )
        )
    lines += fitted(columns, rows, frame.width)
    lines += [line(), rule(_("settings that differ from the default"), frame)]
    if topic.settings is None:
        lines.append(line(Span(_("not told by the cluster"), "dim")))
    elif not topic.changed:
        lines.append(line(Span(_("none"), "dim")))
    for one in topic.changed:
        value = "***" if one.value is None else one.value
        default = "" if one.default is None else _("default {value}").format(value=one.default)
        lines += [line(part) for part in wrap(f"{one.name} = {value}   {default}", frame.width)]
    return lines


def _because(reason: str) -> str:
    return f"{UNKNOWN} ({reason})"


def fitted(columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], width: int) -> list[Line]:
    """Return a table in the width there is, without the columns that do not fit."""
    layout = lay_out(columns, width)
    return [layout.head(), *(layout.line(Row("", cells)) for cells in rows)]


def _ids(brokers: tuple[int, ...]) -> str:
    return ", ".join(str(one) for one in brokers)


def group_details(group: GroupFacts, frame: Frame) -> list[Line]:
    """Return members and lag by partition."""
    formats = frame.formats
    facts = [
        (_("state"), state_of(group).text),
        (_("type"), clean(group.kind, 40) or UNKNOWN),
        (_("assignor"), group.assignor or UNKNOWN),
        (_("coordinator"), UNKNOWN if group.coordinator is None else str(group.coordinator)),
        (_("lag"), formats.count(group.lag)),
    ]
    lines = [*pairs(facts, frame.width, 17), line(), rule(_("members"), frame)]
    if group.members is None:
        lines.append(line(Span(_("not told by the cluster"), "dim")))
    elif not group.members:
        lines.append(line(Span(_("no members: the group is stopped"), "dim")))
    for member in group.members or ():
        who = f"{clean(member.client_id, 80)}  {clean(member.host, 80)}"
        lines += [line(Span(part, "bold")) for part in wrap(who, frame.width)]
        held = ", ".join(f"{clean(topic, 120)}/{part}" for topic, part in member.holds[:_LONG])
        for text in (clean(member.member_id, 200), held or _("holds no partition")):
            lines += [line("  ", Span(part, "dim")) for part in wrap(text, frame.width - 2)]
    lines += [line(), rule(_("lag by partition"), frame)]
    if not group.offsets:
        told = _("not told by the cluster") if group.offsets is None else _("none")
        return [*lines, line(Span(told, "dim"))]
    columns = (
        Column(_("topic"), 14, stretch=True),
        Column(_("part"), 4, right=True),
        Column(_("committed"), 13, right=True),
        Column(_("end"), 13, right=True, drop=1),
        Column(_("lag"), 13, right=True),
    )
    rows = [_offset_row(one, frame) for one in group.offsets]
    lines += fitted(columns, rows, frame.width)
    told = _("The end is that of the last committed transaction: so far members can read.")
    return lines + [line(Span(part, "dim")) for part in wrap(told, frame.width)]


def _offset_row(one: GroupOffset, frame: Frame) -> tuple[Cell, ...]:
    count = frame.formats.count
    lag = Span(count(one.lag), "wait" if one.lag else "text")
    return clean(one.topic, 200), str(one.partition), count(one.committed), count(one.end), lag


def broker_details(broker: BrokerFacts, frame: Frame) -> list[Line]:
    """Return a broker with why its version may be missing."""
    version = broker.version or _because(_("clusters from 4.0 on tell it to no client"))
    facts = [
        (_("broker"), str(broker.number)),
        (_("address"), clean(f"{broker.host}:{broker.port}", 200)),
        (_("rack"), broker.rack or UNKNOWN),
        (_("controller"), _("yes") if broker.controller else _("no")),
        (_("leads"), frame.formats.count(broker.leads)),
        (_("copies"), frame.formats.count(broker.copies)),
        (_("version"), version),
    ]
    return pairs(facts, frame.width, 17)
