"""Which partitions this consumer holds, and from where it reads them.

The warehouse says where to go on, not Kafka: on assignment each partition is set to its stored
offset. Positions move only when a batch is stored. Callbacks run inside the client's poll, in the
consumer's thread; what fails in one is kept and raised after the poll, because the client would
only log it and go on reading from the wrong place.
"""

import logging
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from core.broker.base import Broker
from core.broker.identity import TopicIdentity
from core.config.client_values import choice
from core.errors import BrokerError
from core.text import _, clean
from core.warehouse.base import Warehouse

Asked = Callable[[], TopicIdentity] | None
"""A question after the topic's identity that is under way; None where there is nothing to ask."""
_UNKNOWN = -1
"""Less than any offset; the client's own word for an end that it has not heard is less still."""

log = logging.getLogger(__name__)


class TopicRecreatedError(BrokerError):
    """The topic that was read exists no more; another one has its name."""


class Assignment:
    """The partitions held, their stored positions and the ends seen. One thread."""

    def __init__(
        self,
        broker: Broker,
        warehouse: Warehouse,
        topic: str,
        *,
        incremental: bool,
        on_change: Callable[[], None],
        on_notice: Callable[[str], None],
    ) -> None:
        self._broker = broker
        self._warehouse = warehouse
        self._topic = topic
        self._incremental = incremental
        self._on_change = on_change
        self._on_notice = on_notice
        self._consumer: Consumer | None = None
        self.identity: TopicIdentity | None = None
        self.positions: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        self._asked_ends: dict[int, int] = {}
        self.out_of_range: set[int] = set()
        self.error: Exception | None = None
        self.before_release: Callable[[], None] = _nothing
        """Called before partitions go to others, who ask the warehouse where to go on."""

    def subscribe(self, consumer: Consumer) -> None:
        """Join the group; partitions arrive during later polls.

        On an embedded broker all partitions are taken by hand: that broker keeps the share of a
        killed member for half a minute. Where several consume, the fence decides about each batch.
        """
        self._consumer = consumer
        if self.is_embedded:
            every = self._broker.partitions(self._topic)
            self._take(consumer, [TopicPartition(self._topic, number) for number in every])
            self._on_change()
            return
        consumer.subscribe(
            [self._topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked
        )

    def leave(self) -> None:
        """Forget the client, which is about to be closed; that revokes, unreported."""
        self._consumer = None
        self._on_change = _nothing

    def raise_failure(self) -> None:
        """Raise what went wrong in a callback since the last call."""
        if self.error is not None:
            error, self.error = self.error, None
            raise error

    @property
    def is_embedded(self) -> bool:
        """Whether the topic cannot be made again, and every offset of it holds a record."""
        return self._broker.backlog_limit_bytes is not None

    @property
    def beyond_records(self) -> bool:
        """Whether a partition was read to an end that lies after its last record."""
        return not self.is_embedded and any(
            end > self.positions.get(part, end) for part, end in self.ends.items()
        )

    def ask_topic(self) -> Asked:
        """Begin to ask which topic it is that was read so far, for `verify_topic`."""
        if self.identity is None or self.is_embedded:
            return None
        return self._broker.ask_identity(self._topic)

    def verify_topic(self, asked: Asked = None) -> None:
        """Check that what was read came from the topic that the positions belong to.

        An id of a topic never comes back: the same before and after the reading covers all of it.
        asked: when that reading was over; without it the broker is asked now.
        Errors, transient: TopicRecreatedError; BrokerError when no broker tells.
        """
        asked = asked or self.ask_topic()
        if asked is not None and asked() != self.identity:
            raise _recreated(self._topic)

    def note_ends(self, ends: Mapping[int, int]) -> None:
        """Take what the broker, asked for it, calls the end of each partition.

        An empty partition, or one that was read to its end before this member came, is told by no
        record: a run may be over before the client has heard of it.
        """
        self._asked_ends.update(ends)

    def partitions(self) -> list[TopicPartition]:
        """Return the partitions held, for pause and resume."""
        return [TopicPartition(self._topic, partition) for partition in self.positions]

    def lag(self) -> dict[int, int]:
        """Return how many records each partition is behind, as far as is known.

        A partition of whose end nobody has told yet is left out.
        """
        behind = {}
        for partition, position in sorted(self.positions.items()):
            end = max(self.ends.get(partition, _UNKNOWN), self._asked_ends.get(partition, _UNKNOWN))
            if self._consumer is not None:
                where = TopicPartition(self._topic, partition)
                marks = self._consumer.get_watermark_offsets(where, cached=True)
                end = max(end, marks[1]) if marks else end
            if end >= 0:
                behind[partition] = max(end - position, 0)
        return behind

    def unread(self, read: int) -> int:
        """Return how many records are known to wait behind those that were read.

        read: since the stored positions. 0 on an embedded broker, whose producer waits until they
        are stored.
        """
        return 0 if self.is_embedded else max(sum(self.lag().values()) - read, 0)

    def stored(self) -> Mapping[int, int]:
        """Return the next offset of each partition in the warehouse, whoever stored it."""
        return self._warehouse.stored_offsets(self._broker.identity(self._topic))

    def restore(self, consumer: Consumer) -> None:
        """Go back to the stored offsets: after a fence, or an outcome that is not known."""
        if self.identity is None:
            return
        stored = self._warehouse.stored_offsets(self.identity)
        for partition in self.positions:
            self.positions[partition] = stored[partition]
        self.reposition(consumer, list(self.positions))

    def reposition(self, consumer: Consumer, partitions: list[int]) -> None:
        """Read partitions from their positions again, whatever state their fetching is in.

        A seek is refused for a partition that is not being fetched (just assigned, or stopped by
        an offset out of range), so they are given up and taken back on this side only.
        """
        where = [TopicPartition(self._topic, part, self.positions[part]) for part in partitions]
        for partition in partitions:
            self.ends.pop(partition, None)  # reached on another way; it will be told again
        if self._incremental:
            consumer.incremental_unassign(where)
            consumer.incremental_assign(where)
        else:
            consumer.assign(
                [TopicPartition(self._topic, part, at) for part, at in self.positions.items()]
            )

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        try:
            self._take(consumer, partitions)
        except Exception as error:  # noqa: BLE001 - see the module's text
            self.error = error
        self._on_change()

    def _take(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        identity = self._broker.identity(self._topic)
        if self.identity is not None and self.identity != identity:
            raise _recreated(self._topic)
        self.identity = identity
        wanted = [entry.partition for entry in partitions]
        stored = self._warehouse.stored_offsets(identity)
        if not stored:
            self._announce(identity)
        new = [partition for partition in wanted if partition not in stored]
        if new:
            marks = self._broker.watermarks(self._topic)
            stored |= self._warehouse.register_partitions(
                identity, {partition: marks[partition].low for partition in new}
            )
        if not self._incremental:
            self.positions.clear()
        for partition in wanted:
            self.ends.pop(partition, None)
        self.positions.update((partition, stored[partition]) for partition in wanted)
        starts = [TopicPartition(self._topic, part, stored[part]) for part in wanted]
        if self._incremental:
            consumer.incremental_assign(starts)
        else:
            consumer.assign(starts)

    def _announce(self, identity: TopicIdentity) -> None:
        """Say so when an earlier topic of this name was read: its offsets count no more."""
        named = [identity.cluster_id, identity.topic, identity.source_id]
        rows = self._warehouse.rows("earlier_generations", named)
        if not rows:
            return
        newest = takewhile(lambda row: row[0] == rows[0][0], rows)
        text = _(
            "topic {topic} was deleted and made again: the new one is read from its beginning; of "
            "the former one everything before offsets {offsets} is stored, and what it held after "
            "them, if anything, is lost"
        ).format(
            topic=clean(self._topic, 80),
            offsets=", ".join(
                f"{partition}:{following}" for _source, partition, following in newest
            ),
        )
        log.error(text)
        self._on_notice(text)

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Let partitions go. What was read of them and not stored is read again by their owner."""
        try:
            self.before_release()
            for entry in partitions:
                self.positions.pop(entry.partition, None)
                self.ends.pop(entry.partition, None)
                self.out_of_range.discard(entry.partition)
            if self._incremental:
                consumer.incremental_unassign(partitions)
            else:
                consumer.unassign()
        except Exception as error:  # noqa: BLE001 - see the module's text
            self.error = error
        self._on_change()


def _recreated(topic: str) -> TopicRecreatedError:
    return TopicRecreatedError(
        _("topic {topic} was deleted and made again while it was read").format(
            topic=clean(topic, 80)
        ),
        hint=_("nothing of it was stored under the former one; reading begins anew"),
        transient=True,
    )


def _nothing() -> None:
    """Tell nobody."""


def is_incremental(config: dict[str, Any]) -> bool:
    """Return whether partitions arrive in steps with these settings (KIP-429, KIP-848)."""
    newer = choice(config, "group.protocol", "classic") == "consumer"
    return newer or "cooperative" in str(config.get("partition.assignment.strategy", ""))
