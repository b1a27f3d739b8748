"""What a consumer could not read up to the end that it was asked for, and why.

Two things keep records back while broker and warehouse are sound: a transaction of some producer
that is still open, behind which nothing can be read, and another member of the group, whose
partitions this consumer does not get and whose records go elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.broker.base import Broker, Member, Watermark
from core.consumer.options import ConsumeOptions
from core.errors import BrokerError
from core.text import _, clean, ngettext
from core.text.number_format import count

TRANSACTION = "open_transaction"
ELSEWHERE = "held_by_another_member"
NOBODY = "held_by_nobody"
UNREAD = "unread"
"""Nothing keeps these back: this consumer is about to read them."""
_SHOWN = 3


@dataclass(frozen=True)
class UnreadRecords:
    """Records of one partition that stay unread.

    reason: one of the words of this module. records: offsets, from `from_offset` to the end. since:
    when the first of them was written, None where it is not known. holder: who has the partition.
    """

    partition: int
    records: int
    reason: str
    from_offset: int
    since: datetime | None = None
    holder: Member | None = None

    def fields(self) -> dict[str, object]:
        """Return it as keys of the JSON result."""
        return {
            "partition": self.partition,
            "records": self.records,
            "reason": self.reason,
            "from_offset": self.from_offset,
            "since": None if self.since is None else self.since.isoformat().replace("+00:00", "Z"),
            "client_id": None if self.holder is None else clean(self.holder.client_id, 200),
            "host": None if self.holder is None else clean(self.holder.host, 200),
        }


def find_unread(
    broker: Broker,
    options: ConsumeOptions,
    *,
    stored: Mapping[int, int],
    targets: Mapping[int, int],
    held: Sequence[int],
) -> tuple[UnreadRecords, ...]:
    """Return what is left up to `targets`, and why.

    stored: next offset of each partition in the warehouse. held: partitions of this consumer.
    Errors: BrokerError, but for the parts that only explain.
    """
    topic, group_id = options.topic, options.group_id
    marks = broker.watermarks(topic)
    holders = _holders(broker, topic, group_id) if set(targets) - set(held) else {}
    left = []
    for partition, target in sorted(targets.items()):
        mark = marks.get(partition, Watermark(0, target))
        at = max(stored.get(partition, mark.low), mark.low)
        if at >= target:
            continue
        if partition in held:
            reason = TRANSACTION if mark.readable < target else UNREAD
            left.append(UnreadRecords(partition, target - at, reason, at))
        else:
            holder = holders.get(partition)
            reason = NOBODY if holder is None else ELSEWHERE
            left.append(UnreadRecords(partition, target - at, reason, at, holder=holder))
    return _dated(broker, topic, left, marks)


def _dated(
    broker: Broker, topic: str, left: Sequence[UnreadRecords], marks: Mapping[int, Watermark]
) -> tuple[UnreadRecords, ...]:
    """Return it with when transactions began, of those that are shown: each one is a request."""
    waiting = [one.partition for one in left if one.reason == TRANSACTION][:_SHOWN]
    return tuple(
        replace(one, since=broker.since(topic, one.partition, marks[one.partition].readable))
        if one.partition in waiting
        else one
        for one in left
    )


def _holders(broker: Broker, topic: str, group_id: str) -> dict[int, Member]:
    try:
        return {
            partition: member
            for member in broker.members(topic, group_id)
            for partition in member.partitions
        }
    except BrokerError:
        return {}  # no right to look at the group, or no answer: the records are left all the same


def open_transactions(
    broker: Broker, topic: str, marks: Mapping[int, Watermark]
) -> tuple[UnreadRecords, ...]:
    """Return what waits behind open transactions, whoever reads."""
    waiting = [
        UnreadRecords(partition, mark.held_back, TRANSACTION, mark.readable)
        for partition, mark in sorted(marks.items())
        if mark.held_back
    ]
    return _dated(broker, topic, waiting, marks)


def told(left: Sequence[UnreadRecords], topic: str, group_id: str) -> str:
    """Return it as one line: how many records, where, and what to do; empty for nothing."""
    parts = []
    waiting = [one for one in left if one.reason == TRANSACTION]
    if waiting:
        parts.append(_told_transaction(waiting, topic))
    elsewhere = [one for one in left if one.reason == ELSEWHERE]
    if elsewhere:
        parts.append(_told_members(elsewhere, group_id))
    unheld = [one for one in left if one.reason == NOBODY]
    if unheld:
        total = sum(one.records for one in unheld)
        text = ngettext(
            "{count} record was not read: partitions {partitions} were not given to this consumer "
            "in time",
            "{count} records were not read: partitions {partitions} were not given to this "
            "consumer in time",
            total,
        )
        parts.append(text.format(count=count(total), partitions=_numbers(unheld)))
    return _("; ").join(parts)


def _told_transaction(waiting: Sequence[UnreadRecords], topic: str) -> str:
    total, first = sum(one.records for one in waiting), waiting[0]
    text = ngettext(
        "{count} record waiting behind a transaction that its producer has not ended: {places}",
        "{count} records waiting behind a transaction that its producer has not ended: {places}",
        total,
    )
    more = _("; `kafka-transactions.sh describe-producers --topic {topic} --partition {number}`")
    places = ", ".join(_place(one, topic) for one in waiting[:_SHOWN])
    if len(waiting) > _SHOWN:
        places += ", ..."
    told = text.format(count=count(total), places=places) + more.format(
        topic=clean(topic, 80), number=first.partition
    )
    return told + " " + _("names the producer, which must commit or abort")


def _place(one: UnreadRecords, topic: str) -> str:
    where = f"{clean(topic, 80)}/{one.partition}"
    if one.since is None:
        return _("{where} from offset {offset}").format(where=where, offset=one.from_offset)
    return _("{where} from offset {offset}, since {time} UTC").format(
        where=where, offset=one.from_offset, time=f"{one.since:%Y-%m-%d %H:%M:%S}"
    )


def _told_members(elsewhere: Sequence[UnreadRecords], group_id: str) -> str:
    total = sum(one.records for one in elsewhere)
    names = [
        _("{client} at {host} (partitions {partitions})").format(
            client=clean(member.client_id, 80),
            host=clean(member.host, 80),
            partitions=_numbers([one for one in elsewhere if one.holder == member]),
        )
        for member in dict.fromkeys(one.holder for one in elsewhere)
        if member is not None
    ]
    text = ngettext(
        "{count} record is not in this warehouse: group {group} has another member that reads it: "
        "{members}; stop that one, or give this one a group of its own with KAFKA_GROUP_ID",
        "{count} records are not in this warehouse: group {group} has another member that reads "
        "them: {members}; stop that one, or give this one a group of its own with KAFKA_GROUP_ID",
        total,
    )
    return text.format(
        count=count(total), group=clean(group_id, 80), members="; ".join(names[:_SHOWN])
    )


def _numbers(of: Sequence[UnreadRecords]) -> str:
    return ", ".join(str(one.partition) for one in of[:10]) + (", ..." if len(of) > 10 else "")  # noqa: PLR2004 - fits a line
