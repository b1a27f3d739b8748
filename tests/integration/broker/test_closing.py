"""Clients that are closed while they ask: nobody waits long, and no question fails in odd ways."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import KafkaException

from core.broker import topic_queries
from core.broker.cluster import Cluster
from core.broker.readers import Readers
from core.errors import BrokerError
from tests.support.unreliable_broker import unreliable_broker
from tests.support.waiting import wait_until

TOPIC = "orders_topic"


def test_a_closed_cluster_answers_no_question_and_opens_no_client(broker: Cluster) -> None:
    asking = Cluster(broker.bootstrap_servers, embedded_id="embedded-x")
    reader = asking._readers.of()
    assert asking.watermarks(TOPIC)
    asking.close()
    for ask in (
        lambda: asking.watermarks(TOPIC),
        lambda: asking.committed(TOPIC, "group"),
        asking.metadata,
    ):
        with pytest.raises(BrokerError, match="destroyed"):
            ask()
    # As for who had the client before it was closed.
    with pytest.raises(KafkaException):
        topic_queries.cheap_watermarks(reader, TOPIC, [0], timeout_s=1)
    assert reader.poll(0) is None
    asking.close()


def test_a_broker_that_is_stopped_does_not_keep_anybody_from_leaving(settings) -> None:
    with unreliable_broker(settings.paths) as stopped, ThreadPoolExecutor(1) as pool:
        readers = Readers(lambda: {"bootstrap.servers": stopped.bootstrap_servers})
        reader = readers.of()
        reader.list_topics(timeout=10)
        stopped.suspend()
        asked = pool.submit(reader.list_topics, timeout=30)
        wait_until(asked.running)
        began = time.monotonic()
        readers.close(within_s=0.2)
        assert time.monotonic() - began < 5
        stopped.resume()
        asked.exception(30)
