"""Counts, while they come, why records are not delivered."""

import logging
from dataclasses import replace

from confluent_kafka import KafkaError

from core.broker.client_error_codes import ClientErrorCode
from core.broker.error_hints import RIGHTS, UNANSWERED, hint, right
from core.producer.failures import DeliveryFailure
from core.text import N_, _, clean

GIVEN_UP = frozenset(
    {ClientErrorCode.FATAL, ClientErrorCode.PURGE_QUEUE, ClientErrorCode.PURGE_INFLIGHT}
)
"""What a record fails with when the client broke or was given up: not why."""

log = logging.getLogger(__name__)


class FailureCounts:
    """Counts failures of one topic. One thread uses it."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._entries: dict[int, DeliveryFailure] = {}

    @property
    def total(self) -> int:
        """Records that failed."""
        return sum(entry.count for entry in self._entries.values())

    @property
    def forbidden(self) -> bool:
        """Whether a missing right is among the reasons."""
        return any(entry.of_rights for entry in self._entries.values())

    def add(self, error: KafkaError, number: int = 1) -> None:
        """Count records that failed for a reason; the first of each kind goes to the log."""
        code = error.code()
        entry = self._entries.get(code)
        if entry is None:
            entry = DeliveryFailure(
                reason=clean(error.str(), 300),
                count=0,
                hint=hint(error, write_right(error, self._topic)),
                of_rights=code in RIGHTS,
                unanswered=code in UNANSWERED or code in GIVEN_UP,
            )
            told = {"topic": clean(self._topic, 80), "reason": entry.reason, "hint": entry.hint}
            log.error(N_("records are not delivered"), extra=told)
        self._entries[code] = replace(entry, count=entry.count + number)

    @property
    def failures(self) -> tuple[DeliveryFailure, ...]:
        """The reasons so far, the most frequent one first."""
        return tuple(sorted(self._entries.values(), key=lambda entry: -entry.count))


def write_right(error: KafkaError, topic: str) -> str:
    """Return the right that publishing needs, as `need` of `core.broker.error_hints.hint`."""
    needed = right("Write", topic=topic)
    if error.code() == KafkaError.CLUSTER_AUTHORIZATION_FAILED:
        # Since 3.0 it is enough to may write to any topic (KIP-679).
        return _("{right}, on brokers before 3.0 also IdempotentWrite on the cluster").format(
            right=needed
        )
    return needed
