"""Hypothesis strategies for order events as JSON text: usual, unusual but valid, and spoiled."""

import json
import string

from hypothesis import strategies as st

from tests.unit.consumer.odd_payloads import (
    EXTRA_KEYS,
    EXTRAS,
    ODD_MOMENTS,
    ODD_NUMBERS,
    ODD_QUANTITIES,
)

ID_FIRST = string.ascii_letters + string.digits
ID_REST = ID_FIRST + "_.:-"

ids = st.one_of(
    st.from_regex(r"\A(ORDER|PROD|CUST)_[0-9]{6}\Z"),
    st.builds(str.__add__, st.sampled_from(ID_FIRST), st.text(ID_REST, max_size=63)),
)
odd_ids = st.one_of(
    st.text(max_size=70),
    st.sampled_from(
        ["", "A\nB", "A\n", "\nA", "é", "_A", "A" * 64, "A" * 65, "A B", '"', "\\", "1\0"]
    ),
)

quantities = st.one_of(st.integers(1, 9), st.integers(1, 1_000_000)).map(str)
odd_quantities = st.sampled_from(ODD_QUANTITIES)

cents = st.integers(0, 9_999_999_999)


def _plain(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


plain_prices = cents.map(_plain)
odd_numbers = st.sampled_from(ODD_NUMBERS)
prices = st.one_of(
    plain_prices,
    cents.map(lambda number: f"{number}e-2"),
    st.builds(lambda text, zeros: text + "0" * zeros, plain_prices, st.integers(0, 12)),
)


def _moment(parts: tuple[int, ...], fraction: str, zone: str) -> str:
    year, month, day, hour, minute, second = parts
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{fraction}{zone}"


fractions = st.one_of(st.just(""), st.from_regex(r"\A\.[0-9]{1,9}\Z"))
zones = st.one_of(st.just("Z"), st.from_regex(r"\A[+-]([01][0-9]|2[0-3]):[0-5][0-9]\Z"))
moments = st.builds(
    _moment,
    st.tuples(
        st.one_of(st.integers(2000, 2030), st.integers(1971, 2261)),
        st.integers(1, 12),
        st.integers(1, 28),
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 59),
    ),
    fractions,
    zones,
)
odd_moments = st.one_of(
    st.builds(
        _moment,
        st.tuples(
            st.sampled_from(
                [0, 1, 1899, 1969, 1970, 1971, 2000, 2023, 2100, 2199, 2200, 2262, 2263, 9999]
            ),
            st.sampled_from([0, 1, 2, 4, 12, 13]),
            st.sampled_from([0, 1, 29, 30, 31, 32]),
            st.sampled_from([0, 23, 24]),
            st.sampled_from([0, 59, 60]),
            st.sampled_from([0, 59, 60]),
        ),
        st.sampled_from(["", ".", ".1", ".9999999", ".999999999", ".1234567890", ",5"]),
        st.sampled_from(
            ["Z", "z", "", "+00:00", "-00:00", "+14:00", "-23:59", "+24:00", "+02", "+0200"]
        ),
    ),
    st.sampled_from(ODD_MOMENTS),
)


@st.composite
def strings(draw, values):
    """A JSON string token, now and then with characters escaped that need not be."""
    text = draw(values)
    token = json.dumps(text, ensure_ascii=draw(st.booleans()))
    if text and draw(st.integers(0, 9)) == 0:
        place = draw(st.integers(0, len(text) - 1))
        if ord(text[place]) < 0x80:
            escaped = f"\\u{ord(text[place]):04x}"
            token = json.dumps(text[:place])[:-1] + escaped + json.dumps(text[place + 1 :])[1:]
    return token


def quoted(values):
    return values.map(lambda text: f'"{text}"')


extras = st.sampled_from(EXTRAS)
extra_keys = st.sampled_from(EXTRA_KEYS)
spaces = st.sampled_from(["", "", "", " ", "\n", "\t\r\n "])


@st.composite
def objects(draw, fields, *, odd):
    """An object token; odd ones may lack a key, hold it twice, or hold further keys."""
    pairs = [(key, draw(value)) for key, value in fields.items()]
    if draw(st.booleans()):
        pairs = draw(st.permutations(pairs))
    if draw(st.integers(0, 9)) == 0:
        pairs.append(
            (
                draw(extra_keys if odd else st.just("source")),
                draw(extras if odd else st.just("[1]")),
            )
        )
    if odd and draw(st.integers(0, 9)) == 0:
        pairs.remove(draw(st.sampled_from(pairs)))
    space = draw(spaces)
    names = [draw(strings(st.just(key))) for key, _value in pairs]
    inside = ",".join(
        f"{space}{name}{space}:{space}{value}{space}"
        for name, (_key, value) in zip(names, pairs, strict=True)
    )
    return "{" + inside + "}"


def _mostly(usual, unusual):
    return st.integers(0, 14).flatmap(lambda chance: unusual if chance == 0 else usual)


def _events(*, odd):
    spoiled = _mostly if odd else lambda usual, _unusual: usual
    identifier = spoiled(strings(ids), strings(odd_ids))
    moment = spoiled(strings(moments), strings(odd_moments))
    order = objects(
        {
            "id": identifier,
            "product_id": identifier,
            "customer_id": identifier,
            "quantity": spoiled(quantities, odd_quantities),
            "unit_price": spoiled(
                st.one_of(prices, quoted(plain_prices)), st.one_of(odd_numbers, quoted(odd_numbers))
            ),
            "sold_at": moment,
        },
        odd=odd,
    )
    kind = spoiled(
        strings(st.just("order_created")), st.sampled_from(['"order_deleted"', '""', "null", "1"])
    )
    envelope = {
        "event_type": kind,
        "order": spoiled(order, st.sampled_from(["null", "[]", '"x"', "{}"])),
        "timestamp": moment,
    }
    return objects(envelope, odd=odd).map(str.encode)


valid_events = _events(odd=False)
odd_events = _events(odd=True)


@st.composite
def damaged_events(draw):
    """A valid event with bytes removed, replaced or put in."""
    data = bytearray(draw(valid_events))
    for _time in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 8, len(data))))
        data[start:end] = draw(
            st.one_of(
                st.just(b""),
                st.binary(max_size=3),
                st.sampled_from(
                    [
                        b'"',
                        b"{",
                        b"}",
                        b",",
                        b"\\",
                        b"\n",
                        b"\xff",
                        b"\xef\xbb\xbf",
                        b"\x00",
                        b"0",
                        b'"a":1,',
                    ]
                ),
            )
        )
    return bytes(data)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=10,
).map(lambda value: json.dumps(value).encode())

payloads = st.one_of(
    valid_events,
    odd_events,
    odd_events,
    damaged_events(),
    json_values,
    st.binary(max_size=60),
    st.none(),
)
