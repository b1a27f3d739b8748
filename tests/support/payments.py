"""Payments in two versions of an Avro schema, and what each is once it is stored.

They are written by confluent-kafka's own serializers, as a stranger's program would write them.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

Payment = dict[str, Any]

_DECIMAL = {"type": "bytes", "logicalType": "decimal"}
_FIRST: list[dict[str, Any]] = [
    {"name": "payment_id", "type": "string"},
    {"name": "amount", "type": _DECIMAL | {"precision": 12, "scale": 2}},
    {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {
        "name": "payer",
        "type": {
            "type": "record",
            "name": "Payer",
            "fields": [
                {"name": "id", "type": "string"},
                {"name": "country", "type": ["null", "string"], "default": None},
            ],
        },
    },
    {"name": "method", "type": {"type": "enum", "name": "Method", "symbols": ["CARD", "CASH"]}},
    {"name": "risk", "type": "double"},
    {"name": "settled_on", "type": {"type": "int", "logicalType": "date"}},
    {"name": "reference", "type": {"type": "string", "logicalType": "uuid"}},
    {"name": "attempts", "type": "int"},
    {"name": "note", "type": ["null", "string"], "default": None},
    {"name": "tags", "type": {"type": "array", "items": "string"}},
]
_ADDED: list[dict[str, Any]] = [
    {"name": "currency", "type": "string", "default": "EUR"},
    {
        "name": "fee",
        "type": ["null", _DECIMAL | {"precision": 8, "scale": 4}],
        "default": None,
    },
]
FIRST = json.dumps({"type": "record", "name": "Payment", "namespace": "shop", "fields": _FIRST})
SECOND = json.dumps(
    {"type": "record", "name": "Payment", "namespace": "shop", "fields": _FIRST + _ADDED}
)
JSON_SCHEMA = json.dumps(
    {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Payment",
        "type": "object",
        "properties": {
            "payment_id": {"type": "string"},
            "amount": {"type": "number", "minimum": 0},
            "paid_at": {"type": "string", "format": "date-time"},
            "note": {"type": ["null", "string"]},
        },
        "required": ["payment_id", "amount", "paid_at"],
    }
)
_START = datetime(2024, 5, 1, tzinfo=UTC)


def payments(first: int, count: int, *, second: bool = False) -> Iterator[Payment]:
    """Yield payments as programs hold them."""
    for number in range(first, first + count):
        made: Payment = {
            "payment_id": f"PAY_{number:06}",
            "amount": Decimal(number * 997 % 10**9).scaleb(-2),
            "paid_at": _START + timedelta(seconds=61 * number, milliseconds=number % 1_000),
            "payer": {
                "id": f"P_{number % 17}",
                "country": None if number % 5 == 0 else "FR",
            },
            "method": "CARD" if number % 3 else "CASH",
            "risk": number / 7,
            "settled_on": date(2024, 5, 1) + timedelta(days=number % 200),
            "reference": UUID(int=number + 2**100),
            "attempts": number % 4,
            "note": 'déjà "vu"' if number % 2 else None,
            "tags": ["a", "é"][: number % 3],
        }
        if second:
            made["currency"] = "EUR" if number % 2 else "CHF"
            made["fee"] = None if number % 4 == 0 else Decimal(number % 10_000).scaleb(-4)
        yield made


def row_of(payment: Payment) -> tuple[Any, ...]:
    """Return what the table of rows holds of a payment: key, exact amount, time, and so on."""
    fee = payment.get("fee")
    return (
        payment["payment_id"],
        payment["amount"],
        payment["paid_at"].replace(tzinfo=None),
        payment["payer"]["id"],
        payment["payer"]["country"],
        payment["risk"],
        payment["settled_on"],
        str(payment["reference"]),
        payment["attempts"],
        payment["note"],
        payment.get("currency", "EUR"),
        fee,
    )


ROWS = """
SELECT payment_id, amount, paid_at, payer_id, payer_country, risk, settled_on, reference::TEXT,
    attempts, note, currency, fee
FROM {schema}.{table} ORDER BY payment_id
"""


class Serializers:
    """What writes payments for one topic; registers the schemas as it goes."""

    def __init__(self, url: str, topic: str) -> None:
        self.client = SchemaRegistryClient({"url": url, "timeout": 10.0})
        self._context = SerializationContext(topic, MessageField.VALUE)
        self.first = AvroSerializer(self.client, FIRST)
        self.second = AvroSerializer(self.client, SECOND)
        self.json = JSONSerializer(JSON_SCHEMA, self.client)

    def close(self) -> None:
        self.client.close()

    def avro(self, payment: Payment) -> bytes:
        """Return a payment in the version that it is of."""
        writer = self.second if "fee" in payment else self.first
        value = writer(payment, self._context)
        assert value is not None
        return value

    def json_schema(self, payment: Payment) -> bytes:
        """Return a payment as JSON that a schema describes."""
        kept = {
            "payment_id": payment["payment_id"],
            "amount": float(payment["amount"]),
            "paid_at": payment["paid_at"].isoformat(),
            "note": payment["note"],
        }
        value = self.json(kept, self._context)
        assert value is not None
        return value
