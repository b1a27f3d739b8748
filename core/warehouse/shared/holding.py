"""The embedded warehouse in the process that holds its file."""

import logging
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from core.clock import Clock
from core.config import Settings
from core.errors import StorageError
from core.text import N_, clean
from core.warehouse.backlog import MergeBacklog
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.shared.place import Place
from core.warehouse.shared.server import Server

log = logging.getLogger(__name__)


class Holding:
    """The file, open in this process and served to others.

    Errors: WarehouseHeldError where another process holds the file; StorageError.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        place = Place(settings.paths)
        self.warehouse = DuckDbWarehouse(settings, clock=clock, socket=str(place.socket))
        self._server: Server | None = None
        try:
            self._server = Server(self.warehouse, settings, place)
        except (StorageError, pa.ArrowException, OSError) as error:
            # Alone it works as well as ever.
            log.warning(N_("the warehouse is not shared"), extra={"reason": clean(error, 300)})
            self.warehouse.keep_to_itself()
        except BaseException:
            self.warehouse.close()
            raise

    @property
    def backlog(self) -> MergeBacklog | None:
        """What waits for a merge."""
        return self.warehouse.merge_backlog()

    def do(self, method: str, arguments: Sequence[Any]) -> Any:
        """Call a method of the warehouse."""
        match method:
            case "setup":
                return self.warehouse.setup(again=arguments[0])
            case "dead_letters":
                return self.warehouse.dead_letters(reason=arguments[0], limit=arguments[1])
            case _:
                return getattr(self.warehouse, method)(*arguments)

    def close(self) -> None:
        """Let others finish what they asked for, close the file, and send them to the next one."""
        if self._server is not None:
            self._server.leave()
        self.warehouse.close()
        if self._server is not None:
            self._server.close()
