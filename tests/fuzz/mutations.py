"""Bent inputs: something valid, changed here and there as accidents and attackers do."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
"""Examples of each test; `make fuzz` asks for many more."""

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_PIECES = (
    b"\0", b"\n", b"\r", b'"', b"'", b"\\", b",", b"{", b"}", b"[", b"]", b":", b"=", b"#", b"$",
    b"${", b"%s", b";", b"--", b"/*", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x9b",
    b"\x1b[31m", b"\xe2\x80\xae", b"[red]", b"NaN", b"Infinity", b"-0", b"1e999", b"0x1", b"null",
    b"true", b"9" * 40, b"\\u0000", b"\\ud800", b" ", b"\t", b"\xe2\x80\xa8",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, originals: tuple[bytes, ...]) -> bytes:
    """Return one of the originals after a few changes."""
    data = draw(st.sampled_from(originals))
    for _change in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(start + draw(st.integers(0, 12)), len(data))
        put = draw(
            st.one_of(
                st.sampled_from(_PIECES),
                st.binary(max_size=6),
                st.just(data[start:end] * 2),
                st.just(b""),
            )
        )
        data = data[:start] + put + data[end:]
    return data
