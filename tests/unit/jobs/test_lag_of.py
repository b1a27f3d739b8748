"""The lag of a result: every partition of the topic, whoever holds it."""

import pytest

from core.consumer.snapshot import ConsumerSnapshot
from core.jobs.consume import lag_of
from tests.support.consuming import GROUP, TOPIC, MemoryBroker, MemoryTopic


def lag(offsets, commits, *, low=0):
    topic = MemoryTopic(10, 10)
    topic.drop(1, before=low)
    broker = MemoryBroker(topic)
    broker.commits = commits
    return lag_of(broker, ConsumerSnapshot(topic=TOPIC, offsets=offsets), GROUP)


@pytest.mark.parametrize(
    ("offsets", "commits", "expected"),
    [
        ({0: 10, 1: 10}, {}, 0),
        ({0: 7, 1: 10}, {}, 3),
        ({0: 7, 1: 10}, {0: 10, 1: 2}, 3),  # what is held counts by what is stored
        ({0: 7}, {1: 6}, 3 + 4),  # the rest by what others have committed
        ({0: 7}, {}, 3 + 10),
        ({}, {0: 10, 1: 10}, 0),
        ({0: 12, 1: 10}, {}, 0),  # records that came after the marks were read
    ],
)
def test_each_partition_counts_by_what_is_known_of_it(offsets, commits, expected):
    assert lag(offsets, commits) == expected


def test_what_retention_removed_does_not_wait():
    assert lag({0: 10}, {}, low=4) == 6
