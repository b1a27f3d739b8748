"""Odd pieces of order events, and whole payloads spoiled at random.

The payloads are far cheaper than Hypothesis's, so that thousands fill the decoder's blocks.
"""

import json
import random

ODD_QUANTITIES = [
    "0",
    "-1",
    "-0",
    "1000000",
    "1000001",
    "2.0",
    "2e0",
    "1e2",
    "true",
    '"2"',
    "null",
    "[]",
    "{}",
    "9" * 30,
    "01",
    "+1",
    "NaN",
    "0x1",
    "9" * 5000,
]

ODD_NUMBERS = [
    "0",
    "-0",
    "-0.0",
    "-0.01",
    "0.005",
    "39.3",
    "39.300",
    "39.30000000000",
    "39.3000000000001",
    "1e2",
    "0.1e1",
    "1E-2",
    "1e-3",
    "99999999.99",
    "99999999.991",
    "100000000",
    "1e8",
    "1e400",
    "0e999999999",
    "0e99999999999999999999",
    "1e-999999999999999999999",
    "9999999999999e-5",
    "12345678.9" + "0" * 30,
    "1" + "0" * 37 + "e-37",
    "0." + "0" * 60,
    "1.",
    ".5",
    "01",
    "007",
    "1_000",
    "+1",
    "NaN",
    "-Infinity",
    "true",
    "null",
    "[1]",
    "[1\n]",
    '{"a":"b"}',
    "1e02",
    "9" * 5000,
]

ODD_MOMENTS = [
    "2024-01-01 10:00:00Z",
    "2024-01-01t10:00:00Z",
    "2024-01-01T10:00Z",
    "2024-1-01T10:00:00Z",
    "2024-01-01T10:00:00Z\n2024-01-01T10:00:00Z",
    "2024-01-01T10:00:00Z\n",
    "",
    "yesterday",
    "٢024-01-01T10:00:00Z",
    "20240101T100000Z",
    "2024-01-01",
    "20-24-1-01T00:00:00Z",
    "2024-01-01T10:00:00+02:60",
    "2024-01-01T10:00:00+:0000",
    "2024-01-01T:::::::Z",
]

EXTRAS = [
    "1",
    "null",
    "1e400",
    '"x"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\u0000"',
    "[[],{}]",
    '{"a":{"b":[1]}}',
    '{"a":1,"a":2}',
    "NaN",
    "[" * 31 + "]" * 31,
    "[" * 40 + "]" * 40,
    '"é"',
    '"\\u2028"',
    "9" * 5000,
    "1e-400",
]

EXTRA_KEYS = ["source", "id", "order", "price", "Id", "unit_price", "é", "", "timestamp", "a\nb"]

EVENT = (
    '{"event_type":"order_created","order":{"id":"ORDER_000001","product_id":"PROD_000001",'
    '"customer_id":"CUST_000001","quantity":2,"unit_price":39.30,"sold_at":"2024-05-17T09:30:00Z"},'
    '"timestamp":"2026-01-05T10:00:00.250Z"}'
)
PIECES = [
    '"',
    "{",
    "}",
    "[",
    ",",
    ":",
    "\\",
    "\n",
    " ",
    "\\n",
    "\\u0022",
    "\xff",
    "\x00",
    "0",
    "Z",
    ".",
]
ZONES = ["Z", "Z", "z", "+00:00", "-00:00", "+05:30", "-23:59", "+24:00", "+02", ""]


def _random_moment(chance: random.Random) -> str:
    year = chance.choice([chance.randint(1969, 2263), 2024])
    date = f"{year}-{chance.randint(1, 12):02d}-{chance.randint(1, 31):02d}"
    hour, minute = chance.randint(0, 24), chance.choice([0, 30, 59, 60])
    clock = f"{hour:02d}:{minute:02d}:{chance.choice([0, 59]):02d}"
    fraction = chance.choice(
        ["", "", ".", "." + "".join(chance.choices("0123456789", k=chance.randint(1, 10)))]
    )
    return f"{date}T{clock}{fraction}{chance.choice(ZONES)}"


def _random_price(chance: random.Random) -> str:
    whole = chance.randint(0, 10 ** chance.randint(0, 8))
    fraction = chance.choice(["", f".{chance.randint(0, 99)}", f".{chance.randint(0, 999)}00"])
    price = f"{whole}{fraction}{chance.choice(['', '', '', 'e1', 'e-2', 'E+0'])}"
    return chance.choice([price, price, f'"{price}"', chance.choice(ODD_NUMBERS)])


def _changed(text: str, chance: random.Random) -> str:
    place = chance.randint(0, len(text))
    further = f'"{chance.choice(EXTRA_KEYS)}":{chance.choice(EXTRAS)}'.replace("\n", "\\n")
    odd_id = chance.choice(["A" * 64, "A" * 65, "a.b:c-d", ".a", "a\\nb"])
    odd_moment = json.dumps(chance.choice(ODD_MOMENTS))[1:-1]
    sold_at, timestamp = "2024-05-17T09:30:00Z", "2026-01-05T10:00:00.250Z"
    ways = [
        lambda: text[:place] + chance.choice(PIECES) + text[place:],
        lambda: text[:place] + chance.choice(PIECES) + text[place + 1 :],
        lambda: text[:place],
        lambda: text.replace('"quantity":2', f'"quantity":{chance.choice(ODD_QUANTITIES)}'),
        lambda: text.replace('"quantity":2', f'"quantity":2,{further}'),
        lambda: text.replace('"timestamp"', f'{further},"timestamp"'),
        lambda: text.replace("39.30", _random_price(chance)),
        lambda: text.replace("39.30", _random_price(chance)),
        lambda: text.replace(sold_at, _random_moment(chance)),
        lambda: text.replace(timestamp, _random_moment(chance)),
        lambda: text.replace(timestamp, odd_moment),
        lambda: text.replace("ORDER_000001", odd_id),
        lambda: text.replace(":", ": ").replace(",", ",\n "),
    ]
    return chance.choice(ways)()


def random_payload(chance: random.Random) -> bytes:
    """A payload spoiled in no way, or in one or two of many."""
    text = EVENT
    for _change in range(chance.choice([0, 1, 1, 1, 2])):
        text = _changed(text, chance)
    return text.encode("latin-1", "replace") if chance.random() < 0.25 else text.encode()
