"""What is exported of the topic and of the dead letters: a row a record, whole."""

from collections.abc import Mapping

from core.operations.inspect import ListedLetter
from core.operations.tail_record import TailRecord
from tui.export_tables import BYTES, Cells, Sheet, base64_of, text_of, time_of, whole


def _record(record: TailRecord) -> Cells:
    key, value = record.key, record.value
    return (
        record.partition,
        record.offset,
        time_of(record.at),
        record.size,
        text_of(key),
        text_of(value),
        base64_of(value),
    )


def _letter(listed: ListedLetter) -> Cells:
    letter = listed.letter
    return (
        letter.event_id,
        whole(letter.reason),
        whole(letter.detail),
        letter.stage,
        whole(letter.topic),
        letter.partition,
        letter.offset,
        time_of(letter.received_at),
        listed.size,
        text_of(letter.key),
        text_of(letter.payload),
        base64_of(letter.payload),
    )


SHEETS: Mapping[str, Sheet] = {
    "events": Sheet(f"partition offset at {BYTES}", _record),
    "dead_letters": Sheet(
        f"event_id reason detail stage topic partition offset received_at {BYTES}", _letter
    ),
}
