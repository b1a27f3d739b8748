"""What a terminal of another encoding gets: text that can be read, never codes."""

import io

import pytest

from core.text.encoding import NEAREST, is_utf8, use_nearest


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", "erreur : l'ete dure... x2 -> 3 EUR, oe ? \x1b[0m"),
        ("latin-1", "erreur\xa0: l'\xe9t\xe9 dure... \xd72 -> 3 EUR, oe ? \x1b[0m"),
    ],
)
def test_what_an_encoding_lacks_is_the_nearest_ascii(encoding, expected):
    text = (
        "erreur\u00a0: l\u2019\u00e9t\u00e9 dure\u2026 "
        "\u00d72 \u2192 3 \u20ac, \u0153 \u256d \x1b[0m"
    )
    assert text.encode(encoding, NEAREST).decode(encoding) == expected
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    use_nearest(stream)
    stream.write(text)
    stream.flush()
    assert stream.buffer.getvalue().decode(encoding) == expected


def test_which_streams_write_utf8():
    for name, expected in (("utf-8", True), ("UTF8", True), ("latin-1", False), ("ascii", False)):
        assert is_utf8(io.TextIOWrapper(io.BytesIO(), encoding=name)) is expected
    assert not is_utf8(None)
