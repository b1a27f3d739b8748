"""The lines above the records of a peek: harmless, within their width, and never out of date."""

import pytest

from core.operations.asker import Asked
from core.operations.peeked import Peeked
from tests.support.moments import frame
from tests.unit.tui.test_looking_views import HOSTILE, text_of
from tui.views.peek import peek_head

LIVE = Peeked(HOSTILE, live=True)
PAGE = Peeked(HOSTILE, before=1_200, after=7)
FAILS = Peeked(HOSTILE, live=True, error=f"away {HOSTILE}", hint="wait")


def told(now, page, width=116, *, place="2@1200", fresh=0, frozen=False, refusal=""):
    lines = peek_head(
        HOSTILE, place, now, page, frame(width, 0), fresh=fresh, frozen=frozen, refusal=refusal
    )
    return text_of(lines, width)


@pytest.mark.parametrize("width", [40, 76, 116])
def test_hostile_topics_and_places_are_harmless(width):
    told(Asked(), PAGE, width, place=HOSTILE)
    told(Asked(running=True, done=3, total=1_000), PAGE, width, place=HOSTILE)
    told(Asked(1, answered=1, result=FAILS), LIVE, width, place=f"{HOSTILE}@end", refusal=HOSTILE)


def test_a_tail_that_is_held_still_too_says_that_it_fails():
    head = told(Asked(2, running=True, answered=2, result=FAILS), LIVE, place="end", fresh=312)
    assert "+312 new" in head
    assert "away" in head
    # What an earlier question met is of no concern.
    assert "away" not in told(Asked(3, running=True, answered=2, result=FAILS), PAGE)


def test_a_partition_that_is_followed_is_named():
    assert "partition 2" in told(Asked(), LIVE, place="2@end")
    assert "live tail" in told(Asked(), LIVE, place="end", frozen=True)
