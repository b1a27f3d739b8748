"""`reconciliation`: every offset the consumer moved over is accounted for, exactly once.

For each partition: next offset - first offset - offsets without a record - gaps = raw events + dead
letters of the consumer. Distinct offsets are counted too, so that a record stored twice cannot hide
one that is lost. With a view of the broker, what was not read yet (lag) and offsets that the broker
never had are found as well; without one the message says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.consumer.unread import told
from core.text import _, ngettext
from core.text.number_format import count
from core.validation.context import CheckContext
from core.validation.model import MAX_ROWS, BrokerView, CheckResult, Status
from core.validation.partitions import PartitionBalance, balances, of_view
from core.validation.pending import Pending, unread

NAME = "reconciliation"


@dataclass
class _Findings:
    """What was found so far; the parts of the check add to it."""

    status: Status = Status.PASS
    messages: list[str] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, status: Status, message: str) -> None:
        self.status = max(self.status, status)
        self.messages.append(message)


def check(context: CheckContext) -> CheckResult:
    """Balance offsets and stored records of every partition."""
    partitions = balances(context)
    found = _Findings()
    figures: dict[str, object] = {
        "partitions": len(partitions),
        "offsets_read": sum(balance.moved for balance in partitions),
        "skipped": sum(balance.skipped for balance in partitions),
        "gaps": sum(balance.gaps for balance in partitions),
        "raw_events": sum(balance.raw_events for balance in partitions),
        "dead_letters": sum(balance.dead_letters for balance in partitions),
        "missing": sum(balance.missing for balance in partitions),
        "unbalanced_partitions": sum(not balance.balanced for balance in partitions),
        "lag": None,
        "held_back": None,
        "idle_s": None,
        "broker_checked": context.broker is not None,
    }
    waiting = Pending()
    if not partitions:
        found.add(Status.WARN, _("nothing to check: no partition was read yet"))
    _balance(context, partitions, found)
    _gaps(context, partitions, found)
    if context.broker is not None:
        figures["lag"] = lag = _against_broker(context.broker, partitions, found)
        read = of_view(partitions, context.broker).values()
        held_back = sum(one.records for one in context.broker.held_back)
        figures["held_back"] = held_back
        waiting = unread(context, read, max(lag - held_back, 0))
        if held_back:
            topic = context.broker.identity.topic
            found.add(Status.WARN, told(context.broker.held_back, topic, ""))
        figures["idle_s"] = waiting.seconds
        if waiting.status > Status.PASS:
            found.add(waiting.status, waiting.message)
    if not found.messages:
        found.messages.append(_("every offset stored exactly once"))
    if waiting.message and waiting.status is Status.PASS:
        found.messages.append(waiting.message)
    if context.broker is None:
        found.messages.append(
            _("no broker in reach: checked against the stored offsets only, lag unknown")
        )
    message = _("; ").join(found.messages)
    remedies = waiting.remedies
    return CheckResult.of(NAME, found.status, message, figures, found.rows, remedies=remedies)


def _balance(context: CheckContext, partitions: list[PartitionBalance], found: _Findings) -> None:
    """Report partitions whose offsets and records do not agree."""
    wrong = [balance for balance in partitions if not balance.balanced]
    if not wrong:
        return
    missing = sum(balance.missing for balance in wrong)
    found.add(
        Status.FAIL,
        ngettext(
            "{count} partition does not balance, {missing} records missing",
            "{count} partitions do not balance, {missing} records missing",
            len(wrong),
        ).format(count=count(len(wrong)), missing=count(missing)),
    )
    for balance in wrong[:MAX_ROWS]:
        found.rows.append(
            balance.row(
                _fault(balance),
                start_offset=balance.start_offset,
                next_offset=balance.next_offset,
                expected=balance.expected,
                raw_events=balance.raw_events,
                dead_letters=balance.dead_letters,
                distinct_offsets=balance.distinct_in_range,
            )
        )
        if balance.missing and len(found.rows) < MAX_ROWS:
            found.rows += _missing_ranges(context, balance)


def _fault(balance: PartitionBalance) -> str:
    """Return one word for why a partition does not balance."""
    if balance.next_offset is None:
        return "no_stored_offset"
    if balance.offset_rows > 1:
        return "offset_stored_twice"
    if balance.missing:
        return "records_missing"
    return "records_surplus"


def _missing_ranges(context: CheckContext, balance: PartitionBalance) -> list[dict[str, object]]:
    rows = context.warehouse.rows(
        "validate_missing_offsets", [balance.source_id, balance.partition]
    )
    return [
        balance.row("missing_offsets", from_offset=from_offset, to_offset=to_offset)
        for _source, _topic, _partition, from_offset, to_offset in rows
    ]


def _gaps(context: CheckContext, partitions: list[PartitionBalance], found: _Findings) -> None:
    """Report offsets that were gone before they were read, with their exact ranges."""
    total = sum(balance.gaps for balance in partitions)
    if not total:
        return
    keys = (
        "source_id",
        "topic",
        "partition",
        "from_offset",
        "to_offset",
        "reason",
        "noticed_at",
    )
    rows = context.dicts("validate_gaps", keys)
    ranges = ", ".join(_range(row) for row in rows)
    found.add(
        Status.WARN,
        ngettext(
            "{count} record expired before being read: {ranges}",
            "{count} records expired before being read: {ranges}",
            total,
        ).format(count=count(total), ranges=ranges),
    )
    found.rows += [{"fault": "gap", **row} for row in rows]


def _against_broker(view: BrokerView, partitions: list[PartitionBalance], found: _Findings) -> int:
    """Compare with the broker's watermarks; return the lag, in records."""
    known = of_view(partitions, view)
    lag, gone = 0, 0
    for partition, mark in sorted(view.watermarks.items()):
        balance = known.get(partition)
        if balance is None:
            lag += mark.high - mark.low
            continue
        lag += balance.lag(mark)
        gone += balance.already_gone(mark)
        if balance.beyond(mark, view):
            found.add(
                Status.FAIL,
                _(
                    "partition {partition}: stored up to offset {stored}, the broker ends at {high}"
                ).format(
                    partition=partition,
                    stored=count(balance.next_offset or 0),
                    high=count(mark.high),
                ),
            )
            found.rows.append(
                balance.row("beyond_broker", next_offset=balance.next_offset, high=mark.high)
            )
    if partitions and not known:
        found.messages.append(_("nothing read from this topic yet"))
    if gone:
        found.add(
            Status.WARN,
            _("records expired before being read: {count}").format(count=count(gone)),
        )
    return lag


def _range(row: Mapping[str, object]) -> str:
    first, end = (count(int(str(row[name]))) for name in ("from_offset", "to_offset"))
    return f"{row['topic']}-{row['partition']} [{first}, {end})"
