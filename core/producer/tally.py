"""Counts, while they come, why records are not delivered."""

import logging

from confluent_kafka import KafkaError

from core.broker.refusals import RIGHTS, hint, right
from core.producer.failures import DeliveryFailure
from core.text import N_, _, clean

log = logging.getLogger(__name__)


class Tally:
    """Counts failures of one topic. One thread uses it."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._counts: dict[int, int] = {}
        self._texts: dict[int, tuple[str, str, bool]] = {}

    @property
    def total(self) -> int:
        """Records that failed."""
        return sum(self._counts.values())

    def add(self, error: KafkaError, number: int = 1) -> None:
        """Count records that failed for a reason; the first of each kind goes to the log."""
        code = error.code()
        if code not in self._counts:
            reason = clean(error.str(), 300)
            advice = hint(error, write_right(error, self._topic))
            self._texts[code] = (reason, advice, code in RIGHTS)
            self._counts[code] = 0
            log.error(
                N_("records are not delivered"),
                extra={"topic": clean(self._topic, 80), "reason": reason, "hint": advice},
            )
        self._counts[code] += number

    @property
    def failures(self) -> tuple[DeliveryFailure, ...]:
        """The reasons so far, the most frequent one first."""
        ordered = sorted(self._counts.items(), key=lambda entry: -entry[1])
        return tuple(
            DeliveryFailure(reason, number, advice, of_rights)
            for code, number in ordered
            for reason, advice, of_rights in (self._texts[code],)
        )


def write_right(error: KafkaError, topic: str) -> str:
    """Return the right that publishing needs, as `need` of `core.broker.refusals.hint`."""
    needed = right("Write", topic=topic)
    if error.code() == KafkaError.CLUSTER_AUTHORIZATION_FAILED:
        # Since 3.0 it is enough to may write to any topic (KIP-679).
        return _("{right}, on brokers before 3.0 also IdempotentWrite on the cluster").format(
            right=needed
        )
    return needed
