"""The lag of a result: every partition of the topic, by what this warehouse holds of it."""

import pytest

from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from tests.support.consuming import (
    GROUP,
    IDENTITY,
    TOPIC,
    MemoryBroker,
    MemoryTopic,
    MemoryWarehouse,
)
from tests.support.decoding import ORDERS


def lag(stored, commits, *, low=0):
    topic = MemoryTopic(10, 10)
    topic.drop(1, before=low)
    broker, warehouse = MemoryBroker(topic), MemoryWarehouse()
    broker.commits = commits
    warehouse.offsets[IDENTITY] = stored
    return ConsumerWorker(broker, warehouse, ConsumeOptions(TOPIC, GROUP), ORDERS).count_lag()


@pytest.mark.parametrize(
    ("stored", "commits", "expected"),
    [
        ({0: 10, 1: 10}, {}, 0),
        ({0: 7, 1: 10}, {}, 3),
        ({0: 7}, {1: 6}, 3 + 10),  # what others told Kafka is no proof that it is stored here
        ({}, {0: 10, 1: 10}, 20),
        ({0: 12, 1: 10}, {}, 0),  # records that came after the marks were read
    ],
)
def test_each_partition_counts_by_what_is_stored_here(stored, commits, expected):
    assert lag(stored, commits) == expected


def test_what_retention_removed_does_not_wait():
    assert lag({0: 10}, {}, low=4) == 6


def test_what_waits_behind_an_open_transaction_is_not_read():
    topic = MemoryTopic(10)
    topic.stable[0] = 4
    warehouse = MemoryWarehouse()
    warehouse.offsets[IDENTITY] = {0: 4}
    worker = ConsumerWorker(MemoryBroker(topic), warehouse, ConsumeOptions(TOPIC, GROUP), ORDERS)
    assert worker.count_lag() == 6
