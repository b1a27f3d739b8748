"""What a person asks for over the console: explorer, topic, search, desk, tables, SQL, traces."""

import pytest

from tests.support.pictures import TYPED

pytestmark = pytest.mark.snapshots

LARGE, SMALL = (120, 36), (80, 24)
_SQL = "SELECT product_id, count(*) AS orders FROM orders GROUP BY ALL ORDER BY ALL"
ASKED = {
    "topics": ("E", *["comma"] * 3, "semicolon"),
    "topic": ("E", "j", "enter"),
    "groups": ("E", "tab"),
    "group": ("E", "tab", "enter"),
    "brokers": ("E", "tab", "tab"),
    "own-offsets": ("E", "tab", "G", "e", TYPED + "0@begin", "enter"),
    "live": ("6", "p", TYPED + "end", "enter", "j", "j"),
    "page": ("6", "p", TYPED + "2@60", "enter"),
    "place": ("6", "p", TYPED + "nowhere", "enter"),
    "search": ("6", "s", TYPED + "order.quantity > 4", "enter"),
    "letters": ("6", "m"),
    "letters-marked": ("6", "m", "j", "space", "space"),
    "letters-by-reason": ("6", "m", "tab", "j"),
    "letter": ("6", "m", "j", "enter"),
    "letter-edited": ("6", "m", "slash", TYPED + "reason:out_of_range", "enter", "e"),
    "table": ("7", "j", "enter"),
    "sql": ("S", TYPED + _SQL, "f5"),
    "trace": ("colon", TYPED + "trace ORDER_000042", "enter"),
    "setting": ("0", "tab", "slash", TYPED + "kafka_topic ", "enter", "e"),
    "limits": ("8", "l"),
}
"""Name of the picture: the keys that lead to it."""


@pytest.mark.parametrize("name", ASKED)
def test_asked(picture, stock, name):
    assert picture("full", LARGE, "en", *ASKED[name], stock=stock)


@pytest.mark.parametrize("name", ASKED)
def test_asked_in_french(picture, stock, name):
    assert picture("full", SMALL, "fr", *ASKED[name], stock=stock)
