"""What a look into a topic found; apart from what loads the Kafka client."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.operations.tail_record import TailRecord


@dataclass(frozen=True)
class Peeked:
    """A page of a topic, oldest record first; or, where live, its newest records, newest first.

    starts and ends: of the page in each partition, as offsets [start, end); a live one ends where
    the topic does. before and after: offsets that the topic had beside the page. error and hint:
    why a live look fails just now.
    """

    topic: str
    records: tuple[TailRecord, ...] = ()
    live: bool = False
    starts: Mapping[int, int] = field(default_factory=dict)
    ends: Mapping[int, int] = field(default_factory=dict)
    before: int = 0
    after: int = 0
    error: str = ""
    hint: str = ""
