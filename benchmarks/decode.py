"""Decoding: the decoder beside bare msgspec, untyped json and the strict reader; also of no orders.

The figures of one run are comparable with each other only: every contestant takes the same
payloads in turns, and its best of several rounds counts.
"""

import json
import random
import time
from collections.abc import Callable, Sequence

from benchmarks.report import Measured, tell

EVENTS = 20_000
ROUNDS = 7


def payloads(count: int, *, bad: float = 0.0, seed: int = 7) -> list[bytes]:
    """Return compact order events, a share of them bad in one of six ways."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        sold_at = (
            f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
            f"T{chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}Z"
        )
        order = (
            f'{{"id":"ORDER_{number:06d}","product_id":"PROD_{chance.randrange(200):06d}",'
            f'"customer_id":"CUST_{chance.randrange(1000):06d}",'
            f'"quantity":{chance.randint(1, 5)},'
            f'"unit_price":{chance.randint(10, 199)}.{chance.randrange(100):02d},'
            f'"sold_at":"{sold_at}"}}'
        )
        stamp = f"2026-01-05T10:{number // 60 % 60:02d}:{number % 60:02d}.{number % 1000:03d}Z"
        event = f'{{"event_type":"order_created","order":{order},"timestamp":"{stamp}"}}'
        if chance.random() < bad:
            event = _spoil(event, chance.randrange(6))
        made.append(event.encode())
    return made


READINGS = """
version = 1
name = "readings"
topic = { name = "readings" }
tables = { schema = "iot", events = "reading_events", rows = "readings" }
event = { key = "id", time = "measured" }
[fields]
id = { type = "uuid" }
measured = { type = "timestamp(ms)", column = "measured_at" }
device = { type = "identifier" }
site = { type = "text", required = false }
kind = { type = "text", one_of = ["air", "water", "soil"] }
celsius = { type = "number", min = -90, max = 60, required = false }
humidity = { type = "decimal(5,2)", min = 0, max = 100, required = false }
battery = { type = "integer", min = 0, max = 100 }
charging = { type = "boolean", required = false }
tags = { type = "json", required = false }
"""
"""A flat pipeline of ten fields, half of them optional."""


def readings(count: int, *, seed: int = 7) -> list[bytes]:
    """Return valid events of that pipeline; each optional field is absent or null now and then."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        optional = {
            "site": f"hall {chance.randrange(40)}, gate é",
            "celsius": chance.randrange(-200, 400) / 10,
            "humidity": chance.randrange(10_000) / 100,
            "charging": chance.random() < 0.5,
            "tags": ["indoor", "v2"],
        }
        for name in tuple(optional):
            if (draw := chance.random()) < 0.2:
                optional[name] = None
            elif draw < 0.4:
                del optional[name]
        event = {
            "id": f"{chance.getrandbits(32):08x}-0000-4000-8000-{number:012x}",
            "measured": 1_715_938_200_000 + number,
            "device": f"dev-{chance.randrange(500)}",
            "kind": chance.choice(("air", "water", "soil")),
            "battery": chance.randrange(101),
            **optional,
        }
        made.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
    return made


def _spoil(event: str, way: int) -> str:
    ways = (
        lambda: event[:-9],
        lambda: event.replace('"quantity":', '"quantity":-'),
        lambda: event.replace('"unit_price":', '"unit_price":NaN,"price":'),
        lambda: event.replace("PROD_", "PROD "),
        lambda: event.replace('"sold_at":"2024', '"sold_at":"yesterday'),
        lambda: event.replace('"id":', '"id":"X","id":', 1),
    )
    return ways[way]()


def _rates(contestants: Sequence[tuple[str, Callable[[], object], int]]) -> dict[str, float]:
    """Return events per second of each contestant: its best round of several taken in turns."""
    best = {name: 0.0 for name, _run, _count in contestants}
    for _round in range(ROUNDS):
        for name, run, count in contestants:
            begun = time.perf_counter()
            run()
            best[name] = max(best[name], count / (time.perf_counter() - begun))
    return best


def main() -> None:
    """Print events per second, and the ratio to bare msgspec."""
    import msgspec

    from core.consumer.decoders.json_events import JsonDecoder, json_decoder
    from core.pipeline import builtin
    from core.pipeline.read import read_definition

    decoder = json_decoder(builtin())
    decoder.warm_up()
    foreign = JsonDecoder(read_definition(READINGS, "readings"))
    measured = readings(EVENTS)
    if foreign.decode(measured).rejected:
        raise SystemExit("the readings are not valid")
    batches = {share: payloads(EVENTS, bad=share) for share in (0.0, 0.01, 0.05)}
    valid, few = batches[0.0], batches[0.0][:1_000]
    bare = msgspec.json.Decoder().decode
    rates = _rates(
        [
            ("msgspec, untyped, unchecked", lambda: [bare(event) for event in valid], EVENTS),
            ("json.loads, unchecked", lambda: [json.loads(event) for event in few], len(few)),
            ("the strict reader", lambda: [decoder.read(event) for event in few], len(few)),
            *(
                (f"decoder, {share:.0%} bad", lambda b=batch: decoder.decode(b), EVENTS)
                for share, batch in batches.items()
            ),
            ("decoder, ten other fields", lambda: foreign.decode(measured), EVENTS),
        ]
    )
    reference = rates["msgspec, untyped, unchecked"]
    for name, rate in rates.items():
        print(f"{name:30} {rate:12,.0f} events/s {rate / reference:6.2f} x msgspec")
    few_bad = rates["decoder, 1% bad"]
    tell(Measured("decode, 1 % bad, over bare msgspec", few_bad, "events/s", reference))


if __name__ == "__main__":
    main()
