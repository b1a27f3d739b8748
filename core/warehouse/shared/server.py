"""Serves the warehouse of this process to others of the same user, over Arrow Flight.

Each call runs in a thread of the server and is one method of the seam, so it waits, fails and is
rolled back as one of this process would. Rows are read before the first of them is sent: a reader
that takes its time holds nothing in the file.
"""

import hmac
import logging
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import msgspec
import pyarrow as pa
from pyarrow import flight

from core import __version__
from core.config import Settings
from core.errors import DropshipError, FencedError
from core.text import N_
from core.threads import report
from core.warehouse.base import Warehouse
from core.warehouse.model import RawBatch
from core.warehouse.shared import messages, values
from core.warehouse.shared.fingerprint import fingerprint
from core.warehouse.shared.messages import Answer, Request
from core.warehouse.shared.place import Place

log = logging.getLogger(__name__)

_FINISH_S = 5.0
"""How long calls under way may take once the holder ends; then they are interrupted."""
_SHUT_S, _CUTS = 1.0, 10
"""How long its callers may take then to see it, and how often they are cut off."""


class _TokenCheck(flight.ServerAuthHandler):  # type: ignore[misc]
    """Lets in who knows the token."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token.encode()

    def authenticate(self, outgoing: Any, incoming: Any) -> None:
        """Take a token, and give it back as that of the session."""
        self.is_valid(incoming.read())
        outgoing.write(self._token)

    def is_valid(self, token: bytes) -> str:
        """Check the token of a call."""
        if not hmac.compare_digest(token, self._token):
            raise flight.FlightUnauthenticatedError("another token")
        return ""


class Server(flight.FlightServerBase):  # type: ignore[misc]
    """Serves from construction to `close`. Errors: StorageError; OSError and Arrow's own."""

    def __init__(self, warehouse: Warehouse, settings: Settings, place: Place) -> None:
        self._warehouse = warehouse
        self._place = place
        self._hello = messages.Hello(
            os.getpid(),
            messages.PROTOCOL,
            __version__,
            settings.schema,
            settings.pipeline.name,
            fingerprint(settings.pipeline),
        )
        self._changed = Condition()
        self._under_way = 0
        self._leaving = False
        token = place.prepare()
        super().__init__(f"grpc+unix://{place.socket}", auth_handler=_TokenCheck(token))
        place.socket.chmod(0o600)

    def do_action(self, context: Any, action: Any) -> list[bytes]:  # noqa: ARG002 - Flight's
        """Say who serves: the only action, by which callers also see that this process lives."""
        return [messages.encode(self._hello)]

    def do_exchange(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:  # noqa: ARG002
        """Answer one call."""
        with self._counted() as admitted:
            answer = Answer(leaving=True)
            rows: list[Any] = []
            if admitted:
                answer, rows = self._answered(descriptor.command, reader)
                answer.backlog = self._warehouse.merge_backlog()
            if answer.leaving or answer.fault is not None:
                _drain(reader)
        _send(writer, answer, rows)

    def _answered(self, command: bytes, reader: Any) -> tuple[Answer, list[Any]]:
        """Do what is asked; errors become part of the answer."""
        try:
            request = _request(command)
            arguments = messages.decode(request.arguments, messages.ARGUMENTS[request.method])
            result = self._done(request, arguments, reader)
        except (DropshipError, msgspec.MsgspecError, ValueError, KeyError) as error:
            self._refuse_if_leaving(error)
            return Answer(fault=messages.fault_of(error)), []
        except pa.ArrowException:
            raise  # the caller is gone
        except Exception as error:  # noqa: BLE001 - told to the caller and to the log
            report("warehouse-server", error)
            return Answer(fault=messages.fault_of(error)), []
        if request.method in {"rows", "dead_letters"}:
            return Answer(rows=len(result)), result
        if request.method == "ask":
            head = msgspec.Raw(messages.encode(replace(result, rows=())))
            return Answer(head, rows=len(result.rows)), result.rows
        return Answer(msgspec.Raw(messages.encode(result))), []

    def _done(self, request: Request, arguments: tuple[Any, ...], reader: Any) -> Any:
        """Call the method of the warehouse. Errors: ValueError where a name could be a path."""
        if request.method in messages.NAMING and not arguments[0].isidentifier():
            raise ValueError("not the name of a statement or table")
        match request.method:
            case "write_batch" | "fill_batch":
                batch = self._batch(request, arguments[0], reader)
                return getattr(self._warehouse, request.method)(batch)
            case "load_table":
                (table,) = arguments
                rows = pa.Table.from_batches(list(_received(request, reader, least=1)))
                return self._warehouse.load_table(table, rows)
            case "rows" | "execute":
                bound = values.from_text(arguments[1])
                return getattr(self._warehouse, request.method)(arguments[0], bound)
            case "setup":
                return self._warehouse.setup(again=arguments[0])
            case "dead_letters":
                reason, limit = arguments
                letters = self._warehouse.dead_letters(reason=reason, limit=limit)
                return [messages.letter_row(letter) for letter in letters]
            case _:
                return getattr(self._warehouse, request.method)(*arguments)

    def _batch(self, request: Request, head: Any, reader: Any) -> RawBatch:
        return messages.batch_from(head, list(_received(request, reader)))

    def _refuse_if_leaving(self, error: BaseException) -> None:
        """Hide what our end did to a call: whether it was stored, its caller has to find out."""
        if self._leaving and not isinstance(error, FencedError):
            raise flight.FlightUnavailableError("the holder of the warehouse has ended")

    @contextmanager
    def _counted(self) -> Iterator[bool]:
        with self._changed:
            admitted = not self._leaving
            self._under_way += 1
        try:
            yield admitted
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def leave(self) -> None:
        """Take no more calls, and let those under way end; not for long."""
        with self._changed:
            self._leaving = True
            self._changed.wait_for(lambda: not self._under_way, _FINISH_S)

    def close(self) -> None:
        """End the server, once the warehouse is closed: callers look for the next holder."""
        ending = Thread(target=self.shutdown, name="warehouse-server-end", daemon=True)
        ending.start()
        for _again in range(_CUTS):
            ending.join(_SHUT_S)
            if not ending.is_alive():
                break
            # A reader that takes nothing, or one that came just now.
            _cut_connections(str(self._place.socket))
        else:
            log.warning(N_("the server of the warehouse does not end; the file is closed"))
        self._place.clear()


def _cut_connections(path: str) -> None:
    """Cut what is connected to our socket: Flight itself can only wait for its readers."""
    for entry in list(Path("/dev/fd").iterdir()):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode):
                with socket.socket(fileno=os.dup(int(entry.name))) as found:
                    if found.family == socket.AF_UNIX and found.getsockname() == path:
                        found.shutdown(socket.SHUT_RDWR)


def _request(command: bytes) -> Request:
    """Return what is asked. Errors: ValueError, msgspec.MsgspecError."""
    if len(command) > messages.MOST_BYTES:
        raise ValueError("more bytes than a request may have")
    request: Request = messages.decode(command, Request)
    return request


def _received(request: Request, reader: Any, least: int = 0) -> Iterator[pa.RecordBatch]:
    """Yield the batches that follow a request, of which there are some even without a row.

    Errors: ValueError when they are not all of it.
    """
    rows = size = parts = 0
    while rows < request.rows or parts < least:
        parts += 1
        try:
            part = reader.read_chunk().data
        except StopIteration:
            raise ValueError("the rows of a request ended early") from None
        rows += part.num_rows
        size += part.nbytes
        if rows > request.rows or size > messages.MOST_BYTES:
            raise ValueError("more rows than a request may have")
        yield part


def _drain(reader: Any) -> None:
    """Read what a refused caller still sends: its client drops the answer where a write fails."""
    with suppress(pa.ArrowException, OSError, StopIteration):
        while True:
            reader.read_chunk()


def _send(writer: Any, answer: Answer, rows: list[Any]) -> None:
    """Send an answer and the rows that belong to it; a caller that is gone is no error here."""
    head: bytes | None = messages.encode(answer)
    with suppress(pa.ArrowException, OSError):
        for batch in values.batches(rows):
            if head is None:
                writer.write_batch(batch)
            else:
                writer.begin(batch.schema)
                writer.write_with_metadata(batch, head)
                head = None
        if head is not None:
            writer.write_metadata(head)
