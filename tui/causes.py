"""Where what is behind an alert or a check is seen: a pane, one of its lists, a filter."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.message import Message

from core.pipeline.definition import Definition
from core.query.behind import Behind, behind_check
from core.validation.model import CheckResult


@dataclass(frozen=True)
class Place:
    """A pane by its name, one of its lists where it has several, and what that is filtered by.

    behind: the rows to show over it.
    """

    pane: str
    part: str = ""
    words: str = ""
    behind: Behind | None = None


_LETTERS = Place("events", "dead_letters")
_RULES: Mapping[str, Place] = {
    "producer": Place("producer"),
    "undelivered": Place("producer"),
    "lag": Place("consumer"),
    "behind": Place("consumer"),
    "consumer": Place("consumer"),
    "throughput": Place("consumer"),
    "latency": Place("consumer"),
    "dead_letters": _LETTERS,
    "merge": Place("warehouse", "merges"),
    "merge_task": Place("warehouse", "merges"),
    "sink_task": Place("warehouse", "merges"),
    "freshness": Place("producer"),
    "validation": Place("validation"),
    "schema_drift": Place("validation", words="schema_drift"),
    "gaps": Place("warehouse", "gaps"),
    "topic": Place("warehouse", "offsets"),
    "restarts": Place("logs", words="ERROR"),
    "threads": Place("logs", words="ERROR"),
}
_CHECKS: Mapping[str, Place] = {
    "dead_letters": _LETTERS,
    "raw_vs_prod_counts": Place("warehouse", "tables"),
    "freshness": Place("producer"),
    "reconciliation": Place("warehouse", "offsets"),
    "content": Place("warehouse", "tables"),
    "volume": Place("kpis"),
    "schema": Place("doctor"),
}
_WITH_LISTS = frozenset({"dead_letters"})
"""Checks whose rows have a list of their own."""


def cause_of_rule(rule: str) -> Place | None:
    """Return where what is behind an alert is seen."""
    return _RULES.get(rule)


def cause_of_check(check: CheckResult, definition: Definition) -> Place | None:
    """Return where what is behind a check is seen; None: its own figures and rows are all.

    Rows that it complains of come before the place where its figures are from.
    """
    known = _CHECKS.get(check.name)
    if check.name in _WITH_LISTS:
        return known
    behind = behind_check(check, definition)
    return known if behind is None else Place("validation", behind=behind)


class Follow(Message):
    """A pane asks for what is behind one of its rows. told: the row, as the breadcrumb has it."""

    def __init__(self, place: Place, told: str) -> None:
        super().__init__()
        self.place = place
        self.told = told


@dataclass(frozen=True)
class Crumb:
    """Where one came from: a pane as it was, and the row that was followed."""

    pane: str
    part: str
    words: str
    row: str
    maximised: bool
    told: str


class OpenBehind(Message):
    """Somebody wants to see what is behind a figure or a check."""

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self.behind = behind


class OpenFigures(Message):
    """Somebody wants to choose one of the figures of the KPIs."""


class OpenSql(Message):
    """Somebody wants to write SQL. text: to begin with; empty for what was run last."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text


class OpenTrace(Message):
    """Somebody wants to know where a key is; empty: one that is still to be typed."""

    def __init__(self, key: str = "") -> None:
        super().__init__()
        self.key = key


class OpenSearch(Message):
    """Somebody wants to search the whole topic."""


class OpenPeek(Message):
    """Somebody wants to look into a topic. topic: empty for ours; place: empty asks for one."""

    def __init__(self, topic: str = "", place: str = "") -> None:
        super().__init__()
        self.topic = topic
        self.place = place


class OpenExplore(Message):
    """Somebody wants to look at the cluster. part: topics, groups or brokers."""

    def __init__(self, part: str = "") -> None:
        super().__init__()
        self.part = part


class OpenLetters(Message):
    """Somebody wants to work on the dead letters. words: what narrows them at first."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.words = words
