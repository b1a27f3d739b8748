"""What people see of values in the wire format, as far as their schemas can be had just now."""

from core.clock import Clock
from core.config.settings import Settings
from core.errors import DropshipError
from core.registry.schemas import UnfitError
from core.registry.wire import WireReader, schema_id, wire_reader

_REST_S = 10.0


class ReadableValues:
    """The JSON of values. One thread. A registry that fails is left alone for a while."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._reader: WireReader | None = None
        self._rest_until = 0.0

    def text(self, value: bytes | None) -> bytes | None:
        """Return the JSON that a value stands for; None where it is none of the wire format's."""
        format_ = self._settings.pipeline.definition.event.format
        if format_ == "json" or schema_id(value) is None:
            return None
        if self._clock.monotonic() < self._rest_until:
            return None
        try:
            if self._reader is None:
                self._reader = wire_reader(self._settings, format_)
            return self._reader.text(value)
        except UnfitError:
            return None
        except DropshipError:
            self._rest_until = self._clock.monotonic() + _REST_S
            return None
