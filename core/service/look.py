"""One look at a service from outside: its whole moment."""

from core.config import Settings
from core.operations.snapshot import ControllerSnapshot
from core.service.client import Connection
from core.service.parts import Assembled, Parts


def look(connection: Connection, settings: Settings) -> ControllerSnapshot:
    """Return the present moment of a service. Errors: NoServiceError."""
    parts = connection.ask("look", ("",), Parts)
    return Assembled(settings.pipeline.definition).take(parts)
