"""What is made ready before the time of a run begins."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from core.clock import SystemClock
from core.producer.delivery import Delivery
from core.producer.orders.encode import ORDER_SCHEMA
from core.producer.orders.order_format import OrderFormat
from core.producer.publisher import Publisher

NOWHERE = "127.0.0.1:9"


class Counted:
    """A source that tells how often it was asked."""

    fraction = None
    format = OrderFormat()

    def __init__(self, orders: int) -> None:
        self.asked = 0
        self._left = orders

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return the next orders."""
        self.asked += 1
        count = min(most, self._left)
        self._left -= count
        columns = [
            pa.array([value] * count, pa.string())
            for value in ("ORDER_1", "PROD_1", "CUST_1", "2", "9.90", "2024-05-01T10:00:00Z")
        ]
        return pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA) if count else None

    @property
    def over(self) -> bool:
        """Whether all were taken."""
        return self._left == 0

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def delivery() -> Iterator[Delivery]:
    client = Delivery({"bootstrap.servers": NOWHERE}, "topic")
    yield client
    client.purge()
    client.close()


def test_what_is_prepared_is_published_without_asking_the_source_again(delivery: Delivery) -> None:
    source = Counted(3)
    publisher = Publisher(source, delivery, SystemClock())
    publisher.prepare()
    assert (source.asked, delivery.enqueued) == (1, 0)
    assert publisher.publish(1).sent == 1
    assert (source.asked, delivery.enqueued) == (1, 1)
    assert not publisher.finished
    assert publisher.publish(5).sent == 2
    assert publisher.finished


def test_an_empty_source_is_finished_once_prepared(delivery: Delivery) -> None:
    publisher = Publisher(Counted(0), delivery, SystemClock())
    publisher.prepare()
    assert publisher.finished


def test_a_client_without_a_broker_says_that_it_is_not_connected(delivery: Delivery) -> None:
    assert not delivery.connect(0.05)
