"""Order events as other systems would send them."""

import json
from datetime import UTC, datetime
from typing import Any

SOLD = "2024-05-06T07:08:09Z"
SEEN = "2024-05-06T07:08:10Z"
ODD_HEADERS = (
    ("zero\u200bwidth", b"\x00\xff"),
    ("esc\x1b[31m\u202e\ufeff", b""),
    ("long" * 200, "\u200b\u00e9".encode()),
    ("zero\u200bwidth", None),
    ("", b"nameless"),
)
"""Headers that Kafka carries and a screen must not show as they are: odd, long, twice, null."""


def order(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the fields of a good order."""
    return {
        "id": f"ORDER_{number:06d}",
        "product_id": "PROD_000001",
        "customer_id": "CUST_000001",
        "quantity": 2,
        "unit_price": 39.3,
        "sold_at": SOLD,
    } | changes


def event(number: int = 1, *, timestamp: str = SEEN, **changes: Any) -> bytes:
    """Return the payload of a good event, with fields of the order changed."""
    return json.dumps(
        {"event_type": "order_created", "order": order(number, **changes), "timestamp": timestamp}
    ).encode()


def stamp() -> str:
    """Return the present as events carry it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
