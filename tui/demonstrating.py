"""Offers the demonstration, or its end while it runs."""

from core.operations.snapshot import ControllerSnapshot
from core.text import _, ngettext
from core.text.amounts import orders
from core.text.number_format import count
from tui.host import Host

_ORDERS, _RATE = 5_000, 250.0


def offer(console: Host) -> None:
    """Run the demonstration after saying what it does; while it runs, offer to cancel it."""
    now = console.controller.snapshot()
    if now.demo.running:
        console.confirm(
            False,
            _("Cancel the demonstration?"),
            [_("The producer stops; what was published is still stored.")],
            console.controller.cancel_demo,
        )
        return
    if not now.ready:
        why = now.opening.error or now.opening_broker.error
        console.refuse(why or _("Still connecting to the broker and the warehouse."))
        return
    console.confirm(
        False,
        _("Run the whole pipeline?"),
        _steps(console, now),
        lambda: console.controller.demonstrate(_ORDERS, _RATE),
    )


def _steps(console: Host, now: ControllerSnapshot) -> list[str]:
    settings = console.controller.settings
    first = [
        _("1. generate {orders} in {folder} (overwrites existing files)").format(
            orders=orders(_ORDERS), folder=settings.paths.seed
        ),
        _("2. load customers and products into {warehouse}").format(warehouse=now.warehouse),
    ]
    if not settings.pipeline.has_generator:
        first = [
            ngettext(
                "1. make up {count} event of {name} by its definition",
                "1. make up {count} events of {name} by its definition",
                _ORDERS,
            ).format(count=count(_ORDERS), name=settings.pipeline.name),
            _("2. make its tables in {warehouse} where they are missing").format(
                warehouse=now.warehouse
            ),
        ]
    return [
        *first,
        _("3. publish at {rate} to {topic} ({broker}), store and merge").format(
            rate=console.formats.rate(_RATE), topic=settings.kafka.topic, broker=now.broker
        ),
        _("4. validate and write a report"),
    ]
