"""Sessions of Snowflake: a connection per thread, transactions, errors translated.

A connection whose fate is unknown is thrown away and never used again. If it had a transaction
open, that session is ended on the server by the next login: its locks would hold up the retry.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from json import dumps
from threading import Event, Lock, Thread, current_thread
from typing import Any, BinaryIO, TypeVar

from snowflake.connector import errors as driver

from core.clock import Clock, growing_waits, utc
from core.clock import bound as in_text
from core.config.settings import Settings
from core.errors import WarehouseError
from core.text import N_, _
from core.warehouse.model import Row
from core.warehouse.questions import ColumnAsked, Found, Question, collected
from core.warehouse.snowflake.connect import connect
from core.warehouse.snowflake.errors import loses_session, translated
from core.warehouse.snowflake.identifiers import Identifiers

_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 5.0
_CANCEL_TRIES = 10
_CANCEL_WAIT_S = 0.2
_HASTY = {"login_timeout": 5, "connect_timeout": 3, "request_timeout": 5, "retry_timeout": 5}
T = TypeVar("T")

log = logging.getLogger(__name__)


class Connection:
    """One session, used by one thread. Errors: WarehouseError, caused by the driver's error."""

    def __init__(self, settings: Settings, names: Identifiers, orphans: set[int]) -> None:
        self._account = _account(settings)
        self._orphans = orphans
        self.broken = False
        self.busy = False
        self._in_transaction = False
        try:
            self._driver = connect(settings, names)
        except driver.Error as error:
            raise translated(error, self._account) from error
        self._end_orphans()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement with `?` parameters bound; return its rows."""
        with self._cursor() as cursor:
            cursor.execute(sql, [bound(value) for value in parameters] or None)
            return [tuple(_plain(cell) for cell in row) for row in cursor.fetchall()]

    def shown(self, sql: str) -> list[dict[str, object]]:
        """Run a SHOW; return its rows by the names of their columns, in small letters."""
        with self._cursor() as cursor:
            cursor.execute(sql)
            names = [str(column[0]).lower() for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def found(self, sql: str, question: Question) -> Found:
        """Run what a person asks within its limits; Snowflake ends it when its time is over."""
        with self._cursor() as cursor:
            limit_s = max(round(question.seconds), 1)
            cursor.execute(sql, list(question.parameters) or None, timeout=limit_s)
            columns = tuple(
                ColumnAsked(str(one[0]), _type_of(one[1])) for one in cursor.description or ()
            )
            rows, cut = collected(cursor.fetchmany, question)
            return Found(columns, rows, cut)

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one INSERT, UPDATE or COPY; return the first count that it tells."""
        rows = self.run(sql, parameters)
        return int(rows[0][0]) if rows and rows[0] else 0

    def put(self, sql: str, content: BinaryIO) -> None:
        """Upload to a stage; the name in the statement is that of the file to be."""
        with self._cursor() as cursor:
            cursor.execute(sql, file_stream=content)
            cursor.fetchall()

    def run_whole(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement that is a transaction of its own, such as a CALL; return its rows.

        Where its reply is lost it may still run, so its session is ended by the next login.
        """
        self._in_transaction = True
        try:
            return self.run(sql, parameters)
        finally:
            self._in_transaction = False

    @contextmanager
    def transaction(self) -> Iterator["Connection"]:
        """Commit at the end, roll back on any exception."""
        self.run("BEGIN TRANSACTION")
        self._in_transaction = True
        try:
            yield self
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._in_transaction = False

    def close(self) -> None:
        """Log out; a server that does not answer is not waited for."""
        with suppress(driver.Error, RuntimeError, OSError):
            self._driver.close(retry=False)

    def cancel(self, other: "Connection") -> None:
        """Cancel what runs in the session of another thread, which then gets an error."""
        self.run(f"SELECT SYSTEM$CANCEL_ALL_QUERIES({other.session_id})")

    @property
    def session_id(self) -> int:
        """Snowflake's number of this session."""
        return int(self._driver.session_id)

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        try:
            cursor = self._driver.cursor()
            self.busy = True
            try:
                yield cursor
            finally:
                self.busy = False
                cursor.close()
        except driver.Error as error:
            if loses_session(error):
                self._give_up()
            raise translated(error, self._account) from error

    def _roll_back(self) -> None:
        if not self.broken:
            # A server that cannot roll back any more has done so, or will when the session ends.
            with suppress(WarehouseError):
                self.run("ROLLBACK")

    def _give_up(self) -> None:
        """Never use this connection again; note the session when it may hold locks."""
        self.broken = True
        if self._in_transaction:
            with suppress(driver.Error, TypeError, ValueError):
                self._orphans.add(self.session_id)

    def _end_orphans(self) -> None:
        """End earlier sessions of this process that were cut off in a transaction."""
        while self._orphans:
            session = self._orphans.pop()
            try:
                with self._driver.cursor() as cursor:
                    cursor.execute(f"SELECT SYSTEM$ABORT_SESSION({session})")
            except driver.Error:
                # It may have ended by itself; if not, its locks last until Snowflake ends it.
                log.info("a session that was cut off could not be ended")


class Sessions:
    """A connection for each thread, opened when it first asks; closed together."""

    def __init__(self, settings: Settings, names: Identifiers, *, clock: Clock) -> None:
        self._settings = settings
        self._identifiers = names
        self._clock = clock
        self.closing = Event()
        self._guard = Lock()
        self._open: dict[Thread, Connection] = {}
        self._orphans: set[int] = set()

    def mine(self) -> Connection:
        """Return the connection of the calling thread. Errors: WarehouseError."""
        thread = current_thread()
        with self._guard:
            found = self._open.get(thread)
            ended = [other for other in self._open if not other.is_alive()]
            stale = [self._open.pop(other) for other in ended]
            if found is not None and found.broken:
                stale.append(self._open.pop(thread))
                found = None
        for connection in stale:
            connection.close()
        return self._opened(thread) if found is None else found

    def _opened(self, thread: Thread) -> Connection:
        """Log in for a thread; logging in takes seconds, so all may have been closed meanwhile."""
        if not self.closing.is_set():
            made = Connection(self._settings, self._identifiers, self._orphans)
            with self._guard:
                if not self.closing.is_set():
                    self._open[thread] = made
                    return made
            made.close()
        raise WarehouseError(_("the connection to Snowflake is closed"))

    def patiently(self, work: Callable[[Connection], T], *, stop: Event | None = None) -> T:
        """Do what can be repeated without harm, again while it fails for what passes.

        Waits grow and are jittered; after the configured time, or once `stop` is set, the last
        error stands.
        """
        ending = stop or self.closing
        began, told = self._clock.monotonic(), False
        waits = growing_waits(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        while True:
            try:
                return work(self.mine())
            except WarehouseError as error:
                late = self._clock.monotonic() - began >= self._settings.timeout_s
                if not error.transient or late or ending.is_set():
                    raise
                if not told:
                    told = True
                    log.warning(N_("waiting for Snowflake"), extra={"reason": error.message})
                self._clock.wait(ending, next(waits))

    def close(self) -> None:
        """Cancel what still runs, and log out of every session."""
        with self._guard:
            self.closing.set()
            connections = list(self._open.values())
            self._open.clear()
        self._cancel([connection for connection in connections if connection.busy])
        for connection in connections:
            connection.close()

    def cancel_of(self, thread: Thread) -> None:
        """Cancel what runs in the session of a thread."""
        with self._guard:
            found = self._open.get(thread)
        self._cancel([found] if found is not None and found.busy else [])

    def _cancel(self, busy: Sequence[Connection]) -> None:
        """Cancel statements of other threads; a service that is away is not waited for."""
        snow = self._settings.snowflake
        if not busy or snow is None:
            return
        hasty = replace(snow, options={**snow.options, **_HASTY})
        try:
            canceller = Connection(
                replace(self._settings, snowflake=hasty), self._identifiers, set()
            )
            try:
                self._cancel_by(canceller, busy)
            finally:
                canceller.close()
        except WarehouseError as error:
            log.info("running statements were not cancelled", extra={"reason": error.message})

    def _cancel_by(self, canceller: Connection, busy: Sequence[Connection]) -> None:
        """Cancel until nothing runs: a statement may be on its way to the server still."""
        for _try in range(_CANCEL_TRIES):
            running = [connection for connection in busy if connection.busy]
            if not running:
                return
            for connection in running:
                canceller.cancel(connection)
            self._clock.wait(Event(), _CANCEL_WAIT_S)


def bound(value: object) -> object:
    """Return a value as the statements bind it: times in UTC and lists as text, money exact."""
    if isinstance(value, datetime):
        return in_text(utc(value))
    if isinstance(value, (list, tuple)):
        return dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, Decimal) else value


def _plain(cell: object) -> object:
    return bytes(cell) if isinstance(cell, bytearray) else cell


def _type_of(code: int) -> str:
    """Return the type of a column by the connector's number of it."""
    from snowflake.connector import constants  # noqa: PLC0415 - with the driver

    names: Mapping[int, str] = vars(constants)["FIELD_ID_TO_NAME"]
    return names.get(code, "")


def _account(settings: Settings) -> str:
    snow = settings.snowflake
    return "" if snow is None else snow.account or snow.connection_name or ""
