"""Where in a topic a search begins, as people write it."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import UsageError
from core.query.since import NEWEST, Since

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("", Since()),
        (" Begin ", Since()),
        ("end", Since(newest=NEWEST)),
        ("2@1200", Since(place=(2, 1200))),
        ("2 @ 1200", Since(place=(2, 1200))),
        ("15m", Since(moment=NOW - timedelta(minutes=15))),
        ("2h", Since(moment=NOW - timedelta(hours=2))),
        ("1d", Since(moment=NOW - timedelta(days=1))),
        ("9:05", Since(moment=NOW.replace(hour=9, minute=5))),
        ("09:05:07", Since(moment=NOW.replace(hour=9, minute=5, second=7))),
        ("2026-11-28", Since(moment=datetime(2026, 11, 28, tzinfo=UTC))),
        ("2026-11-28 14:05", Since(moment=datetime(2026, 11, 28, 14, 5, tzinfo=UTC))),
        ("2026-11-28T14:05:00Z", Since(moment=datetime(2026, 11, 28, 14, 5, tzinfo=UTC))),
        ("2026-11-28T14:05:00+02:00", Since(moment=datetime(2026, 11, 28, 12, 5, tzinfo=UTC))),
    ],
)
def test_places_are_read_as_people_write_them(text, since):
    assert Since.of(text, NOW) == since


@pytest.mark.parametrize("text", ["yesterday", "-1", "2@", "@5", "25:00", "15 minutes", "9999999d"])
def test_what_is_no_place_is_refused_with_examples(text):
    with pytest.raises(UsageError) as refused:
        Since.of(text, NOW)
    assert "2@1200" in refused.value.hint
