"""The lists of the topic explorer: harmless, within their width, and in order."""

from dataclasses import replace

import pytest

from core.broker.inventory import (
    BrokerFacts,
    ConfigFact,
    GroupFacts,
    GroupMember,
    GroupOffset,
    Inventory,
    PartitionFacts,
    TopicFacts,
)
from tests.support.moments import frame
from tests.unit.tui.test_looking_views import FORMATS, HOSTILE, table_text, text_of
from tui.row_order import Arrangement, arranged
from tui.views.explore import PARTS, explore_table
from tui.views.explore_details import broker_details, group_details, topic_details

PART = PartitionFacts(0, 1, (1, 2), (1,), 5, 12, 11)
TOPIC = TopicFacts(
    HOSTILE,
    (PART, replace(PART, number=1, leader=None)),
    settings={"retention.ms": "-1", "cleanup.policy": HOSTILE},
    changed=(ConfigFact("secret", None), ConfigFact("retention.ms", "-1", "604800000")),
)
GROUP = GroupFacts(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    members=(GroupMember(HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, 0),)),),
    offsets=(GroupOffset(HOSTILE, 0, 4, 11), GroupOffset(HOSTILE, 1, None, 11)),
)
BROKER = BrokerFacts(1, HOSTILE, 9092)
FOUND = Inventory((TOPIC,), (GROUP,), (BROKER,))


@pytest.mark.parametrize("width", [40, 76, 116])
def test_hostile_names_are_harmless_in_lists_and_details(width: int) -> None:
    size = frame(width, 0)
    for part in PARTS:
        table_text(explore_table(part, FOUND, FORMATS), width)
    text_of(group_details(GROUP, size), width)
    text_of(broker_details(BROKER, size), width)
    told = text_of(topic_details(TOPIC, size), width)
    assert "***" in told
    assert "604800000" in told


def test_lists_are_sorted_by_what_is_known_and_unknown_comes_last() -> None:
    topics = tuple(
        TopicFacts(name, (replace(PART, high=high),))
        for name, high in (("a", 9), ("b", None), ("c", 90))
    )
    table = explore_table(PARTS[0], Inventory(topics), FORMATS)
    for descending, wanted in ((False, ["a", "c", "b"]), (True, ["c", "a", "b"])):
        by_records = arranged(table, Arrangement("records", descending))
        assert [row.key for row in by_records.rows] == wanted


def test_lag_counts_to_the_last_stable_offset_and_copies_lacking_are_counted() -> None:
    assert GROUP.lag == 7
    assert TOPIC.out_of_sync == 2
    assert TOPIC.records == 14
