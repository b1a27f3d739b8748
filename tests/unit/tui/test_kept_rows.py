"""Rows of large records come in pieces, and are made once."""

from core.operations.tail_record import TailRecord
from tui.kept_rows import KeptRows, place_of
from tui.row_table import Row

LARGE = b"x" * 54_000


def records(first: int, last: int) -> list[TailRecord]:
    return [TailRecord(0, at, None, None, LARGE, len(LARGE)) for at in range(first, last)]


def test_large_records_come_in_pieces_and_are_made_once() -> None:
    made: list[int] = []

    def make(record: TailRecord) -> Row:
        made.append(record.offset)
        return Row(place_of(record), (), record)

    kept, page = KeptRows(), records(0, 100)
    sizes = [len(kept.of(page, make, "en"))]
    while kept.left:
        sizes.append(len(kept.of(page, make, "en")))
    steps = [after - before for before, after in zip([0, *sizes], sizes, strict=False)]
    assert sizes[-1] == 100
    assert max(steps) * len(LARGE) < 1_100_000
    assert made == list(range(100))

    newer = [*records(100, 130), *page]
    assert [row.key for row in kept.of(newer, make, "en")] == [f"0/{at}" for at in range(100, 119)]
    assert len(kept.of(newer, make, "en")) == 130
    assert made == list(range(130))

    again = records(0, 1)  # at the same place in a topic that was made again
    assert kept.of(again, make, "en")[0].source is again[0]
    kept.of(again, make, "fr")
    assert made[130:] == [0, 0]


def test_small_records_come_at_once() -> None:
    small = [TailRecord(0, at, None, None, b"{}", 2) for at in range(300)]
    kept = KeptRows()
    assert len(kept.of(small, lambda one: Row(place_of(one), (), one), None)) == 300
    assert not kept.left
