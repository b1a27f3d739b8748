"""Keeps the latest moment of a service, in a thread of its own, for a console that draws it."""

from threading import Condition, Event

import msgspec

from core import __version__
from core.clock import Clock
from core.config import Settings
from core.consumer.snapshot import ConsumerSnapshot
from core.errors import DropshipError
from core.merge.snapshot import MergeSnapshot
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.service.client import Connection, NoServiceError
from core.service.parts import Assembled, Parts
from core.text import _, clean
from core.threads import WatchedThread
from core.warehouse.shared.fingerprint import fingerprint

_EVERY_S = 0.25
_AGAIN_S = 1.0
_AT_ONCE_S = 0.1


class Observer:
    """Looks four times a second until `close`, and connects again by itself.

    A moment that nobody can vouch for any more is not shown: without the service `latest` is empty
    but for the reason. Errors: NoServiceError where none answers, or it works on something else.
    """

    def __init__(self, settings: Settings, clock: Clock, *, read_only: bool) -> None:
        self._settings = settings
        self._clock = clock
        self._read_only = read_only
        self._closing, self._wake = Event(), Event()
        self._wanted = ""
        self._done = Condition()
        self._wished = self._served = 0
        self._assembled = Assembled(settings.pipeline.definition)
        self._reached: Connection | None = self._connect()
        try:
            self.latest = self._look(self._reached)
        except BaseException:
            self._reached.close()
            raise
        self._thread = WatchedThread("attached", self._run)
        self._thread.start()

    def look_at(self, what: str) -> None:
        """Have a reading kept fresh."""
        if what != self._wanted:
            self._wanted = what
            self._wake.set()

    def now(self) -> None:
        """Look at once, and wait for that a moment: the next key acts on what the last one did."""
        with self._done:
            self._wished += 1
            wish = self._wished
            self._wake.set()
            self._done.wait_for(lambda: self._served >= wish, _AT_ONCE_S)

    def close(self) -> None:
        """End the looking; waits a moment for it."""
        self._closing.set()
        self._wake.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._follow(self._reached or self._connect())
            except DropshipError as error:
                self.latest = nobody(self._settings, self._clock, error)
                self._clock.wait(self._wake, _AGAIN_S)
                self._wake.clear()
        if self._reached is not None:  # closed before it looked at all
            self._reached.close()

    def _follow(self, connection: Connection) -> None:
        """Look until it fails or nobody wants to know."""
        self._reached = None
        with connection:
            while not self._closing.is_set():
                with self._done:
                    self._wake.clear()
                    wish = self._wished
                self.latest = self._look(connection)
                with self._done:
                    self._served = wish
                    self._done.notify_all()
                self._clock.wait(self._wake, _EVERY_S)

    def _look(self, connection: Connection) -> ControllerSnapshot:
        parts = connection.ask("look", (self._wanted,), Parts)
        try:
            return self._assembled.take(parts) if parts else self.latest
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            raise self._unfit(clean(error, 200)) from error

    def _connect(self) -> Connection:
        connection = Connection(self._settings.paths, read_only=self._read_only)
        service = connection.service
        reason = ""
        if service.version != __version__:
            reason = _("it is dropship {theirs}, this is {ours}").format(
                theirs=clean(service.version, 40), ours=__version__
            )
        elif service.fingerprint != fingerprint(self._settings.pipeline):
            reason = _("it works on another pipeline")
        if reason:
            connection.close()
            raise self._unfit(reason)
        # Of a new connection everything is told first.
        self._assembled = Assembled(self._settings.pipeline.definition)
        return connection

    def _unfit(self, reason: str) -> NoServiceError:
        return NoServiceError(
            _("the service of {folder} cannot be attached to: {reason}").format(
                folder=clean(self._settings.paths.data), reason=reason
            ),
            hint=_("`dropship --run stop` ends it"),
        )


def nobody(settings: Settings, clock: Clock, error: DropshipError) -> ControllerSnapshot:
    """Return the moment of a service that does not answer: nothing is known but why."""
    why = TaskSnapshot[bool](error=error.message, hint=error.hint, ended_at=clock.now())
    return ControllerSnapshot(
        at=clock.now(),
        broker=settings.broker_label,
        warehouse=settings.warehouse_label,
        opening=why,
        ready=False,
        producer=ProducerSnapshot(),
        consumer=ConsumerSnapshot(topic=settings.kafka.topic),
        merge=MergeSnapshot(),
        seed=TaskSnapshot(),
        validation=TaskSnapshot(),
        validation_every_s=0.0,
        reports=(),
        demo=TaskSnapshot(),
        figures=Reading(error=error.message),
        figures_every_s=0.0,
        watch=Reading(error=error.message),
        history=(),
        broker_is_ours=False,
        broker_open=False,
        unreached=True,
    )
