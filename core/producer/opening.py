"""Opens the source that options and pipeline name."""

from collections.abc import Callable

from core.clock import Clock
from core.errors import UsageError
from core.pipeline import builtin
from core.producer.events.event_format import EventsFormat
from core.producer.events.files import open_events
from core.producer.events.stream import EventStream
from core.producer.events.validator import EventValidator
from core.producer.options import ProduceOptions
from core.producer.orders.csv_file import OrdersCsv
from core.producer.orders.order_format import OrderFormat
from core.producer.orders.stream import Stream
from core.producer.read_ahead import ReadAhead
from core.producer.registry_source import RegistrySource
from core.producer.sources import Limited, Replay, Source
from core.text import _
from core.textfiles.csv_records import RejectedRow


def open_source(
    options: ProduceOptions,
    clock: Clock,
    rejected: Callable[[RejectedRow], None],
) -> Source:
    """Return the source that the options name. Errors: InputError, ConfigError, UsageError."""
    mine = options.pipeline is builtin()
    source = _orders(options, clock, rejected) if mine else _events(options, clock, rejected)
    if options.writer is not None:
        source = RegistrySource(source, options.writer)
    return source if options.limit is None else Limited(source, options.limit)


def _orders(
    options: ProduceOptions, clock: Clock, rejected: Callable[[RejectedRow], None]
) -> Source:
    if options.mode == "stream":
        return Stream(options.input, clock, options.seed)
    return Replay(ReadAhead(OrdersCsv(options.input)), OrderFormat(), rejected)


def _events(
    options: ProduceOptions, clock: Clock, rejected: Callable[[RejectedRow], None]
) -> Source:
    """Return the source of a pipeline that has no generator of its own."""
    judge = EventValidator(options.pipeline.definition, clock)
    form = EventsFormat(judge)
    if options.late and not form.has_older:
        raise UsageError(
            _("--late: nothing but its offset makes a version of {name} newer").format(
                name=options.pipeline.name
            ),
            hint=_("leave --late out, or name a time or a count as the version in [event]"),
        )
    if options.mode == "stream":
        folder = options.input if options.input.is_dir() else options.input.parent
        return EventStream(options.pipeline, form, folder, clock, options.seed)
    file = ReadAhead(open_events(options.input, options.pipeline.name, judge))
    return Replay(file, form, rejected)


def check_source(options: ProduceOptions, clock: Clock) -> None:
    """Open the source and close it, so that a wrong file is told before a broker is asked.

    A pipe is left alone: what is read of it is gone. Errors: as `open_source`.
    """
    path = options.input
    if not path.exists() or path.is_file() or path.is_dir():
        open_source(options, clock, lambda _row: None).close()
