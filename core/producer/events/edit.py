"""Changes values within events and leaves every other byte of their values as it is."""

from collections.abc import Sequence

import msgspec

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.encode


def value_at(event: bytes, place: Sequence[str]) -> bytes | None:
    """Return the JSON of a value; None where it is absent or null. place: keys, inwards."""
    found = event
    for step in place:
        if found[:1] != b"{" or (inner := _decode(found).get(step)) is None:
            return None
        found = bytes(inner).strip()
    return None if found == b"null" else found


def with_value(event: bytes, place: Sequence[str], value: bytes | None) -> bytes:
    """Return an event with another value at a place whose objects are there; None takes it out."""
    fields = _decode(event)
    step, *inner = place
    if inner:
        value = with_value(bytes(fields[step]).strip(), inner, value)
    if value is None:
        fields.pop(step, None)
    else:
        fields[step] = msgspec.Raw(value)
    return _encode(fields)
