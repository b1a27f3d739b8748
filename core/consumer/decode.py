"""The hot path of the consumer: a batch of payloads to good rows, times and rejections.

`core.consumer.event.parse_strict` defines what is valid. Calling it for each event would be the
slowest step of the pipeline, so payloads are first proven valid a block at a time:

1. msgspec decodes each payload into typed fields: required keys, quantity, event type, UTF-8.
2. One regular expression runs over all ids of the block joined by line feeds, one over all times,
   one over all prices; Arrow turns the times into numbers and knows the calendar.
3. Quotes are counted. The nine required keys and the string values need a fixed number of them, and
   any further key (unknown, or one that stands twice) needs two more. So the fixed number proves
   that there is no further key.

What the proof does not cover goes to `parse_strict`: it is either valid in an unusual way (further
fields, escapes, years at the edge) or it is refused with the exact reason. The proof may therefore
be narrow, but never wrong.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, AnyStr, Literal, NamedTuple, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.consumer.decode_json import MAX_BYTES
from core.consumer.decode_reasons import REASONS, EventError
from core.consumer.event import FIRST_MOMENT, MAX_QUANTITY, parse_strict

__all__ = ["MAX_BYTES", "REASONS", "Decoded", "Rejection", "decode_batch", "warm_up"]

Times = npt.NDArray[np.int64]
Item = TypeVar("Item")


class Rejection(NamedTuple):
    """A payload that cannot be used. index: into the batch. reason: one of REASONS."""

    index: int  # type: ignore[assignment]  # a field, not the method of tuples
    reason: str
    detail: str


@dataclass(frozen=True, eq=False)
class Decoded:
    """What a batch holds; good and rejected together cover it, both ascending.

    good: indexes of valid events. event_times_us: their envelope timestamps, int64 microseconds
    since 1970 UTC, in step with `good`.
    """

    good: list[int]
    event_times_us: Times
    rejected: list[Rejection]


class _Order(msgspec.Struct, gc=False):
    id: str
    product_id: str
    customer_id: str
    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)]
    unit_price: msgspec.Raw
    sold_at: str


class _Event(msgspec.Struct, gc=False):
    event_type: Literal["order_created"]
    order: _Order
    timestamp: str


_decode = msgspec.json.Decoder(_Event).decode

# Small enough that the objects of one block stay in the processor's cache, and that other threads
# get their turn between the calls into C.
_BLOCK = 1_000

_QUOTES = 30  # of nine keys and six string values; those of a price in a string not counted

_IDS = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\n)*+")
_PRICE = rb"(?:0|[1-9][0-9]{0,7}+)(?:\.[0-9]{1,2}0{0,8}+)?+"
_PRICES = re.compile(rb'(?:(?:%b|"%b")\n)*+' % (_PRICE, _PRICE))

# The form only, and years that fit into nanoseconds: Arrow checks the rest.
_TIME_FORMS = re.compile(
    r"(?:(?:19|2[01])[0-9-]{8}T[0-9:]{8}(?:\.[0-9]{1,9})?+(?:Z|[+-][0-9:]{5})\n)*+"
)
# Exact, to find the wrong ones; no offset leads out of these years to before 1970.
_YEAR = r"(?:20[0-9]{2}|19(?:7[1-9]|[89][0-9])|21[0-9]{2})"
_LEAP_YEAR = (
    r"(?:20(?:[02468][048]|[13579][26])|19(?:7[26]|8[048]|9[26])"
    r"|21(?:0[48]|[2468][048]|[13579][26]))"
)
_DAY = (
    rf"(?:{_YEAR}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    rf"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|{_LEAP_YEAR}-02-29)"
)
_HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_TIMES = re.compile(rf"(?:{_DAY}T{_HOUR}:[0-5][0-9](?:\.[0-9]{{1,9}})?+(?:Z|[+-]{_HOUR})\n)*+")

_NANOSECONDS = pa.timestamp("ns", "UTC")
_MICROSECOND = timedelta(microseconds=1)


def decode_batch(payloads: Sequence[bytes | None], *, max_bytes: int = MAX_BYTES) -> Decoded:
    """Sort a batch into valid events and rejections; raises for no payload whatever.

    payloads: values of Kafka records, None for a tombstone. max_bytes: longer ones are rejected.
    """
    good: list[int] = []
    times = [np.empty(0, dtype=np.int64)]
    rejected: list[Rejection] = []
    for start in range(0, len(payloads), _BLOCK):
        block = payloads[start : start + _BLOCK]
        rows, block_times = _prove(block, max_bytes)
        if len(rows) < len(block):
            doubtful = _others(len(block), rows)
            late, late_times, refused = _decode_strictly(block, doubtful, max_bytes)
            rejected += [Rejection(start + row, *why) for row, *why in refused]
            rows, block_times = _in_order(rows, block_times, late, late_times)
        good += [start + row for row in rows]
        times.append(block_times)
    return Decoded(good, np.concatenate(times), rejected)


def warm_up() -> None:
    """Pay the first-use costs of the libraries now, off the hot path."""
    decode_batch([_SAMPLE, None])


_SAMPLE = (
    b'{"event_type":"order_created","order":{"id":"O","product_id":"P","customer_id":"C",'
    b'"quantity":1,"unit_price":1.00,"sold_at":"2024-01-01T00:00:00Z"},'
    b'"timestamp":"2024-01-01T00:00:00Z"}'
)


def _prove(block: Sequence[bytes | None], max_bytes: int) -> tuple[list[int], Times]:
    """Return the rows that are proven valid, ascending, and their times in microseconds."""
    events, failed = _decode_typed(block)
    rows = _others(len(block), failed)
    payloads = [payload for row in rows if (payload := block[row]) is not None]
    moments = _moments(events)
    wrong = _unproven(events, moments) | _unfit(payloads, events, max_bytes)
    if wrong:
        rows, events = _without(rows, wrong), _without(events, wrong)
        moments = _moments(events)
    times = _times_us(moments)
    if times is None:  # a day or an hour that does not exist, or before 1970
        wrong = {place % len(events) for place in _mismatches(moments, _TIMES, "\n")}
        rows, events = _without(rows, wrong), _without(events, wrong)
        times = _times_us(_moments(events))
    if times is None:
        return [], np.empty(0, dtype=np.int64)
    return rows, times[len(events) :]


def _decode_typed(block: Sequence[bytes | None]) -> tuple[list[_Event], list[int]]:
    """Return the events that msgspec takes, in order, and the rows that it does not take."""
    events: list[_Event] = []
    failed: list[int] = []
    results = map(_decode, block)  # type: ignore[arg-type]  # None fails like any other
    while True:
        try:
            for event in results:
                events.append(event)  # noqa: PERF402 - an exception must keep what came before
        except Exception:  # noqa: BLE001 - whatever it is, the strict reader says what and why
            failed.append(len(events) + len(failed))
        else:
            return events, failed


def _unproven(events: Sequence[_Event], moments: Sequence[str]) -> set[int]:
    """Return the places of events whose ids, prices or times need a closer look."""
    orders = [event.order for event in events]
    ids = [order.id for order in orders]
    ids += [order.product_id for order in orders]
    ids += [order.customer_id for order in orders]
    wrong = _mismatches(ids, _IDS, "\n")
    wrong += _mismatches(moments, _TIME_FORMS, "\n")
    wrong += _mismatches([order.unit_price for order in orders], _PRICES, b"\n")
    return {place % len(events) for place in wrong}


def _unfit(payloads: Sequence[bytes], events: Sequence[_Event], max_bytes: int) -> set[int]:
    """Return the places of payloads that are too long, or have more than the required keys."""
    if not payloads:
        return set()
    lengths = np.fromiter(map(len, payloads), np.int64, len(payloads))
    is_quote = np.frombuffer(b"".join(payloads), np.uint8) == ord('"')
    quotes = np.add.reduceat(is_quote, np.cumsum(lengths) - lengths, dtype=np.int32)
    prices = [event.order.unit_price for event in events]
    if b'"' in b"".join(prices):
        quotes -= [bytes(price).count(b'"') for price in prices]
    return set(np.flatnonzero((quotes != _QUOTES) | (lengths > max_bytes)).tolist())


def _moments(events: Sequence[_Event]) -> list[str]:
    """Return the times of all orders, then those of all envelopes."""
    return [event.order.sold_at for event in events] + [event.timestamp for event in events]


def _mismatches(values: Sequence[Any], lines: re.Pattern[AnyStr], end: AnyStr) -> list[int]:
    """Return the places of values (str, or bytes in any guise) that are no line of the pattern."""
    if not values:
        return []
    joined = end.join(values) + end
    if joined.count(end) != len(values):  # a value that holds a line feed is no match
        plain = type(end)
        values = [end[:0] if end in plain(value) else value for value in values]
        joined = end.join(values) + end
    wrong = []
    place = start = 0
    while (found := lines.match(joined, start)) is not None and found.end() < len(joined):
        place += joined.count(end, start, found.end())
        wrong.append(place)
        place += 1
        start = joined.index(end, found.end()) + 1
    return wrong


def _others(count: int, excluded: Collection[int]) -> list[int]:
    """Return the numbers below a count that are not excluded, ascending."""
    if not excluded:
        return list(range(count))
    without = set(excluded)
    return [number for number in range(count) if number not in without]


def _without(items: list[Item], places: Collection[int]) -> list[Item]:
    """Return the items that do not stand at one of the places."""
    return [item for place, item in enumerate(items) if place not in places]


def _times_us(texts: list[str]) -> Times | None:
    """Return times as microseconds since 1970 UTC, or None where one is no such time.

    Digits beyond the microsecond are cut off.
    """
    try:
        moments = pa.array(texts, pa.string()).cast(_NANOSECONDS)
    except pa.ArrowInvalid:
        return None
    nanoseconds: Times = moments.cast(pa.int64()).to_numpy()
    return nanoseconds // 1_000 if np.min(nanoseconds, initial=0) >= 0 else None


def _decode_strictly(
    block: Sequence[bytes | None], rows: Sequence[int], max_bytes: int
) -> tuple[list[int], list[int], list[tuple[int, str, str]]]:
    """Return valid rows with their times, and refused rows with why, by the strict reader."""
    good: list[int] = []
    times: list[int] = []
    refused: list[tuple[int, str, str]] = []
    for row in rows:
        try:
            event = parse_strict(block[row], max_bytes=max_bytes)
        except EventError as error:
            refused.append((row, error.reason, error.message))
        else:
            good.append(row)
            times.append((event.timestamp - FIRST_MOMENT) // _MICROSECOND)
    return good, times, refused


def _in_order(
    rows: list[int], times: Times, late: list[int], late_times: list[int]
) -> tuple[list[int], Times]:
    """Return rows proven and rows read strictly as one ascending list, times in step."""
    if not late:
        return rows, times
    every = np.array(rows + late, dtype=np.int64)
    order = np.argsort(every)
    joined = np.concatenate([times, np.array(late_times, dtype=np.int64)])
    return every[order].tolist(), joined[order]
