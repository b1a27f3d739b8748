"""The lists of the topic explorer: topics, consumer groups, brokers, and why a part is missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.broker.inventory import (
    UNLIMITED,
    BrokerFacts,
    GroupFacts,
    Inventory,
    TopicFacts,
)
from core.operations.asker import Asked
from core.text import N_, _, clean
from tui.formats import UNKNOWN, Formats
from tui.row_table import Cell, Column, Row, RowTable, column
from tui.styled_text import Line, Role, Span, cut, line
from tui.views.frame import Frame, problem

_NAME = 200


@dataclass(frozen=True)
class Part:
    """One of the lists. title: in English for `_`; pick: what it lists, None while not known.

    by: how it is ranked at first.
    """

    name: str
    title: str
    by: Callable[[Any], Any]
    pick: Callable[[Inventory], Sequence[Any] | None]
    none: str


PARTS = (
    Part(
        "topics",
        N_("topics"),
        lambda one: (one.internal, one.name),
        lambda found: found.topics,
        N_("the cluster has no topics that this user may see"),
    ),
    Part(
        "groups",
        N_("groups"),
        lambda one: one.name,
        lambda found: found.groups,
        N_("the cluster has no consumer groups that this user may see"),
    ),
    Part(
        "brokers",
        N_("brokers"),
        lambda one: one.number,
        lambda found: found.brokers,
        N_("no brokers are known"),
    ),
)


def explore_head(part: Part, now: Asked[Inventory], frame: Frame) -> list[Line]:
    """Return which list is shown, how old it is and what is wrong with it."""
    spans: list[str | Span] = [" "]
    for one in PARTS:
        chosen = one is part
        name = f"[{_(one.title)}] " if chosen else f" {_(one.title)}  "
        spans.append(Span(name, "bold" if chosen else "dim"))
    found = now.result
    if now.running:
        spans.append(Span("   " + _("reading"), "wait"))
    elif now.at is not None and not now.error:
        spans.append(Span("   " + frame.formats.clock(now.at), "dim"))
    lines = [cut(line(*spans), frame.width)]
    if now.error:
        lines += _indented(problem(clean(now.error, 300), clean(now.hint, 300), frame.width - 2))
        return lines
    for wrong in found.problems if found is not None else ():
        if wrong.part == part.name:
            lines += _indented(problem(wrong.message, wrong.hint, frame.width - 2))
    if found is not None and part.pick(found) is None and found.done:
        lines.append(line(Span(f" {UNKNOWN}", "dim")))
    elif found is not None and part.pick(found) == () and (found.done or not now.running):
        lines.append(line(Span(f" {_(part.none)}", "dim")))
    return lines


def _indented(lines: Sequence[Line]) -> list[Line]:
    return [line(" ", one) for one in lines]


def explore_table(part: Part, found: Inventory | None, formats: Formats) -> RowTable:
    """Return one of the lists, ranked."""
    listed = (part.pick(found) if found is not None else None) or ()
    ranked = sorted(listed, key=part.by)
    columns, row = _TABLES[part.name]
    rows = tuple(row(one, formats) for one in ranked)
    return RowTable(columns(), rows, name=part.name)


def _topic_columns() -> tuple[Column, ...]:
    return (
        column(N_("topic"), 20, stretch=True),
        column(N_("part"), 5, right=True),
        column(N_("records"), 15, right=True),
        column(N_("retention"), 11, right=True, drop=2),
        column(N_("cleanup"), 14, drop=3),
        column(N_("in sync"), 9, drop=1),
        column(N_("changed"), 8, right=True, drop=4),
    )


def _topic_row(topic: TopicFacts, formats: Formats) -> Row:
    role: Role = "dim" if topic.internal else "text"
    total = len(topic.partitions)
    sound = total - topic.out_of_sync
    changed = UNKNOWN if topic.settings is None else formats.count(len(topic.changed))
    cells: tuple[Cell, ...] = (
        Span(clean(topic.name, _NAME), role),
        formats.count(total),
        formats.count(topic.records),
        retention(topic.retention_ms, formats),
        clean(topic.cleanup, 40) or UNKNOWN,
        Span(f"{sound}/{total}", "bad" if topic.out_of_sync else "ok"),
        changed,
    )
    return Row(topic.name, cells, topic)


def retention(milliseconds: int | None, formats: Formats) -> str:
    """Return how long records stay."""
    if milliseconds == UNLIMITED:
        return _("no limit")
    return formats.span(None if milliseconds is None else milliseconds / 1_000)


def _group_columns() -> tuple[Column, ...]:
    return (
        column(N_("group"), 22, stretch=True),
        column(N_("state"), 14),
        column(N_("type"), 9, drop=2),
        column(N_("members"), 8, right=True, drop=1),
        column(N_("lag"), 14, right=True),
        column(N_("topics"), 7, right=True, drop=3),
    )


def _group_row(group: GroupFacts, formats: Formats) -> Row:
    topics = None if group.offsets is None else len({one.topic for one in group.offsets})
    members = None if group.members is None else len(group.members)
    return Row(
        group.name,
        (
            clean(group.name, _NAME),
            state_of(group),
            clean(group.kind, 20) or UNKNOWN,
            formats.count(members),
            Span(formats.count(group.lag), "wait" if group.lag else "text"),
            formats.count(topics),
        ),
        group,
    )


STATES = {
    "stable": N_("stable"),
    "empty": N_("empty"),
    "dead": N_("dead"),
    "preparing_rebalancing": N_("rebalancing"),
    "completing_rebalancing": N_("rebalancing"),
}


def state_of(group: GroupFacts) -> Span:
    """Return the state of a group in the words of the screen."""
    text = _(STATES[group.state]) if group.state in STATES else clean(group.state, 40) or UNKNOWN
    roles: dict[str, Role] = {"stable": "ok", "empty": "dim", "dead": "dim"}
    return Span(text, roles.get(group.state, "wait" if group.state else "dim"))


def _broker_columns() -> tuple[Column, ...]:
    return (
        column(N_("broker"), 7, right=True),
        column(N_("address"), 24, stretch=True),
        column(N_("rack"), 12, drop=2),
        column(N_("controller"), 11, drop=3),
        column(N_("leads"), 8, right=True),
        column(N_("copies"), 8, right=True, drop=1),
        column(N_("version"), 10, drop=4),
    )


def _broker_row(broker: BrokerFacts, formats: Formats) -> Row:
    return Row(
        str(broker.number),
        (
            str(broker.number),
            clean(f"{broker.host}:{broker.port}", _NAME),
            broker.rack or UNKNOWN,
            Span(_("yes") if broker.controller else "", "ok"),
            formats.count(broker.leads),
            formats.count(broker.copies),
            broker.version or UNKNOWN,
        ),
        broker,
    )


_TABLES: dict[str, tuple[Callable[[], tuple[Column, ...]], Callable[[Any, Formats], Row]]] = {
    "topics": (_topic_columns, _topic_row),
    "groups": (_group_columns, _group_row),
    "brokers": (_broker_columns, _broker_row),
}
