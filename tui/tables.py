"""What a pane shows, as a plain table for export: figures whole, times in UTC, nothing cut."""

from collections.abc import Callable, Mapping

from core.clock import iso
from core.jobs.base import Table
from core.operations.snapshot import DeskSnapshot


def table_of(name: str, now: DeskSnapshot) -> Table | None:
    """Return the table of a pane, None for one that has no table of its own."""
    make = _TABLES.get(name)
    return make(now) if make else None


def _seed(now: DeskSnapshot) -> Table:
    files = now.seed.result.files if now.seed.result else ()
    rows = [(str(file.path), file.rows, file.bytes, file.sha256) for file in files]
    return Table(("path", "rows", "bytes", "sha256"), rows)


def _producer(now: DeskSnapshot) -> Table:
    last = now.producer
    row = (
        last.state.value,
        last.mode,
        last.topic,
        round(last.rate_target, 2),
        round(last.rate_actual, 2),
        last.sent,
        last.acked,
        last.failed,
        last.rejected,
        last.bytes,
        *(last.injected.get(kind, 0) for kind in ("duplicates", "late", "poison")),
    )
    headers = ("state", "mode", "topic", "rate_target", "rate_actual", "sent", "acked", "failed")
    return Table((*headers, "rejected", "bytes", "duplicates", "late", "poison"), [row])


def _consumer(now: DeskSnapshot) -> Table:
    watch = now.watch.value
    offsets = now.consumer.offsets or (watch.committed if watch else {})
    lag = now.consumer.lag or (watch.lag if watch else {})
    rows = [
        (now.consumer.topic, part, offset, lag.get(part), _state(now, part))
        for part, offset in sorted(offsets.items())
    ]
    return Table(("topic", "partition", "next_offset", "lag", "state"), rows)


def _state(now: DeskSnapshot, partition: int) -> str | None:
    state = now.states.get(partition)
    return None if state is None else state.name


def _validation(now: DeskSnapshot) -> Table:
    checks = now.validation.result.checks if now.validation.result else ()
    rows = [(check.name, check.status.name, check.message) for check in checks]
    return Table(("check", "status", "message"), rows)


def _kpis(now: DeskSnapshot) -> Table:
    found = now.figures.value
    orders = [order.to_json() for order in found.kpis.recent_orders] if found else []
    headers = ("order_id", "customer_name", "product_name", "quantity", "unit_price", "sold_at")
    return Table(headers, [tuple(order[name] for name in headers) for order in orders])


def _alerts(now: DeskSnapshot) -> Table:
    rows = [
        (
            alert.rule,
            alert.level.name,
            alert.worst.name,
            alert.message,
            iso(alert.raised_at),
            iso(alert.cleared_at) if alert.cleared_at else None,
            iso(alert.acknowledged_at) if alert.acknowledged_at else None,
        )
        for alert in now.alerts
    ]
    headers = ("rule", "level", "worst", "message", "raised_at", "cleared_at", "acknowledged_at")
    return Table(headers, rows)


_TABLES: Mapping[str, Callable[[DeskSnapshot], Table]] = {
    "seed": _seed,
    "producer": _producer,
    "consumer": _consumer,
    "validation": _validation,
    "kpis": _kpis,
    "alerts": _alerts,
}
