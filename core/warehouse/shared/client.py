"""Asks the process that holds the warehouse, as if its methods were ours.

A call waits as long as its work takes; but a holder that was stopped, or hangs, would take for
ever. So while calls are under way the holder is asked every so often whether it lives, and they are
given up when it does not answer in time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from typing import Any

import msgspec
import pyarrow as pa
from pyarrow import flight

from core.errors import WarehouseError
from core.text import _, clean
from core.text.os_errors import os_reason
from core.threads import WatchedThread
from core.warehouse.backlog import MergeBacklog
from core.warehouse.dead_letters import letter_from
from core.warehouse.model import Row
from core.warehouse.questions import Found
from core.warehouse.shared import messages, values
from core.warehouse.shared.messages import Answer, Hello, Request
from core.warehouse.shared.place import read_token

_ALIVE_WITHIN_S = 8.0
"""How long a holder may take to say that it lives: a busy machine is slow, a stopped one mute."""
_ASK_EVERY_S = 1.0
_NOT_SENT = "failed to connect to all addresses"
"""What gRPC says where there was no connection to send a call on."""


class LostError(WarehouseError):
    """The holder is gone, or mute. undone: nothing can have come of the call."""

    def __init__(self, reason: object, *, undone: bool = False) -> None:
        super().__init__(
            _("the process that holds the warehouse does not answer: {reason}").format(
                reason=clean(reason, 200)
            ),
            hint=_("it was ended or stopped; another one takes over, or it goes on"),
            transient=True,
        )
        self.undone = undone


class _Token(flight.ClientAuthHandler):  # type: ignore[misc]
    """Shows the token."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token.encode()

    def authenticate(self, outgoing: Any, incoming: Any) -> None:
        """Show it once, as Flight wants it."""
        outgoing.write(self._token)
        incoming.read()

    def get_token(self) -> bytes:
        """Return what every call carries."""
        return self._token


class Client:
    """A connection to a holder, until `close`. Any thread may use it.

    within_s: how long the holder may take to answer at first. Errors: LostError; StorageError where
    the socket is not ours alone.
    """

    def __init__(self, socket: Path, *, within_s: float = _ALIVE_WITHIN_S) -> None:
        try:
            token = read_token(socket)
        except OSError as error:
            raise LostError(os_reason(error), undone=True) from error
        self._client = flight.FlightClient(f"grpc+unix://{socket}")
        self._guard = Lock()
        self._calls: set[Any] = set()
        self._closed = Event()
        self.backlog: MergeBacklog | None = None
        try:
            with _translated(undone=True):
                self._client.authenticate(_Token(token), _within(within_s))
                self.hello = self._ask(within_s)
        except BaseException:
            self._client.close()
            raise
        WatchedThread("warehouse-watch", self._watch).start()

    def do(self, method: str, arguments: Sequence[Any]) -> Any:
        """Call a method of the warehouse. Errors: those of the method; LostError."""
        match method:
            case "write_batch" | "fill_batch":
                (batch,) = arguments
                return self._called(
                    method, (messages.batch_head(batch),), [messages.batch_events(batch)]
                )
            case "load_table":
                table, loaded = arguments
                nothing = pa.RecordBatch.from_pylist([], schema=loaded.schema)
                return self._called(method, (table,), loaded.to_batches() or [nothing])
            case "rows" | "execute":
                name, parameters = arguments
                return self._called(method, (name, values.to_text(parameters)))
            case "dead_letters":
                rows: list[Row] = self._called(method, arguments)
                return [letter_from(row) for row in rows]
            case _:
                return self._called(method, arguments)

    def close(self) -> None:
        """End the connection, and what is under way on it."""
        self._closed.set()
        self._give_up()

    def _called(
        self, method: str, arguments: Sequence[Any], body: Sequence[pa.RecordBatch] = ()
    ) -> Any:
        request = Request(
            method,
            msgspec.Raw(messages.encode(tuple(arguments))),
            sum(part.num_rows for part in body),
        )
        if method in messages.ONCE:
            with _translated(undone=True):
                self._ask()  # one that has ended meanwhile is found out before anything is sent
        with _translated(), self._exchange(messages.encode(request)) as (writer, reader):
            # One that refuses reads no further: it says why.
            with suppress(pa.ArrowException, OSError):
                for part in body:
                    if part is body[0]:
                        writer.begin(part.schema)
                    writer.write_batch(part)
                writer.done_writing()
            answer, rows = _answer(reader)
        self.backlog = answer.backlog
        if answer.leaving:
            raise LostError(_("it is about to end"), undone=True)
        if answer.fault is not None:
            raise messages.error_of(answer.fault)
        if method in {"rows", "dead_letters"}:
            return rows
        if method == "ask":
            found: Found = messages.decode(answer.result, Found)
            return replace(found, rows=tuple(rows))
        return messages.decode(answer.result, messages.RESULTS.get(method, None))

    @contextmanager
    def _exchange(self, command: bytes) -> Iterator[tuple[Any, Any]]:
        """Yield the two ends of a call, which is given up when the holder turns out to be mute."""
        writer, reader = self._client.do_exchange(flight.FlightDescriptor.for_command(command))
        with self._guard:
            self._calls.add(reader)
        if self._closed.is_set():
            reader.cancel()
        try:
            yield writer, reader
        except BaseException:
            reader.cancel()
            raise
        finally:
            with self._guard:
                self._calls.discard(reader)
            with suppress(pa.ArrowException, OSError):
                writer.close()

    def _watch(self) -> None:
        """Ask while calls are under way; give them up when there is no answer."""
        while not self._closed.wait(_ASK_EVERY_S):
            if not self._calls:
                continue
            try:
                self._ask()
            except (pa.ArrowException, OSError, msgspec.MsgspecError):
                self.close()

    def _ask(self, within_s: float = _ALIVE_WITHIN_S) -> Hello:
        (said,) = self._client.do_action(flight.Action("hello", b""), _within(within_s))
        hello: Hello = messages.decode(said.body.to_pybytes(), Hello)
        return hello

    def _give_up(self) -> None:
        with self._guard:
            calls = list(self._calls)
        for reader in calls:
            reader.cancel()


def _answer(reader: Any) -> tuple[Answer, list[Row]]:
    """Return the answer to a call and the rows that come with it, all of them."""
    first = reader.read_chunk()
    answer: Answer = messages.decode(first.app_metadata.to_pybytes(), Answer)
    rows = values.rows_of(first.data) if first.data is not None else []
    for chunk in reader:
        rows += values.rows_of(chunk.data)
    if len(rows) != answer.rows:
        raise LostError(_("the rows ended early"))
    return answer, rows


def _within(seconds: float) -> Any:
    return flight.FlightCallOptions(timeout=min(seconds, _ALIVE_WITHIN_S))


@contextmanager
def _translated(*, undone: bool = False) -> Iterator[None]:
    """Make what Flight says of a connection ours."""
    try:
        yield
    except (pa.ArrowException, OSError, StopIteration, msgspec.MsgspecError) as error:
        said = str(error).split("\n", 1)[0] or type(error).__name__
        raise LostError(said, undone=undone or _NOT_SENT in said) from error
