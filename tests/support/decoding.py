"""The decoder of orders, and its events as objects, for tests that speak of orders."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from core.consumer.decoders.base import Decoded
from core.consumer.decoders.json_events import JsonDecoder
from core.pipeline import Definition, builtin

ORDERS = JsonDecoder(builtin().definition, columns=True, fewest_compact=1)
MAX_BYTES = builtin().definition.event.max_bytes


class Order(NamedTuple):
    id: str
    product_id: str
    customer_id: str
    quantity: int
    unit_price: Decimal
    sold_at: datetime


class OrderEvent(NamedTuple):
    event_type: str
    order: Order
    timestamp: datetime


@cache
def orders_of_at_most(max_bytes: int) -> JsonDecoder:
    """Return the decoder of orders with another limit of an event's size."""
    if max_bytes == MAX_BYTES:
        return ORDERS
    return JsonDecoder(sized(builtin().definition, max_bytes), fewest_compact=1)


def sized(definition: Definition, max_bytes: int) -> Definition:
    """Return a definition with another limit of an event's size."""
    event = definition.event.model_copy(update={"max_bytes": max_bytes})
    return definition.model_copy(update={"event": event})


def decode_batch(payloads: Sequence[bytes | None], *, max_bytes: int = MAX_BYTES) -> Decoded:
    """Decode order events as the consumer does."""
    return orders_of_at_most(max_bytes).decode(payloads)


def parse_strict(payload: bytes | None, *, max_bytes: int = MAX_BYTES) -> OrderEvent:
    """Read one order event strictly. Errors: EventError."""
    values = orders_of_at_most(max_bytes).read(payload).values
    order = Order(*(values[f"order.{name}"] for name in Order._fields))
    return OrderEvent(values["event_type"], order, values["timestamp"])
