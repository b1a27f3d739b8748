"""The room that the producers of one process share, and the lock that keeps other processes out.

A process that publishes to an embedded broker holds `producer.lock`. Its first producer opens the
room, later ones take the same, and the last one closes it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

from core.broker.base import Broker
from core.clock import Clock
from core.errors import BrokerError
from core.process_lock import LockedError, ProcessLock
from core.producer.broker_capacity import BrokerCapacity
from core.text import _

_TURN_S = 0.05


class CapacityLockedError(BrokerError):
    """Another process publishes to the embedded broker; the message names it."""


@contextmanager
def shared_capacity(
    broker: Broker,
    topic: str,
    group_id: str,
    *,
    lock_file: Path | None,
    clock: Clock,
    stopping: Callable[[], bool],
    mark: str = "",
) -> Iterator[BrokerCapacity]:
    """Yield the room that the producers of this process share on a broker.

    lock_file: held while anyone has the room; None where no other process can reach the broker.
    Whoever comes while it is being measured waits, and nobody else does. mark: see
    `BrokerCapacity`. Errors: CapacityLockedError naming the other process that publishes;
    BrokerError when the broker does not answer; StoppedWaitingError.
    """
    with _rooms_lock:
        lease = _rooms.setdefault((broker.bootstrap_servers, topic, group_id), _Lease())
    with lease.turn(clock, stopping):
        if lease.capacity is None:
            process_lock = None if lock_file is None else _hold(lock_file, clock)
            try:
                lease.capacity = BrokerCapacity(broker, topic, group_id, stopping, clock, mark=mark)
            except BaseException:
                if process_lock is not None:
                    process_lock.release()
                raise
            lease.process_lock = process_lock
        lease.users += 1
        capacity = lease.capacity
    try:
        yield capacity
    finally:
        with lease.lock:
            lease.users -= 1
            if lease.users == 0:
                capacity.end()
                if lease.process_lock is not None:
                    lease.process_lock.release()
                lease.capacity = lease.process_lock = None


class StoppedWaitingError(BrokerError):
    """A stop came while another producer of this process found out how full the broker is."""


@dataclass
class _Lease:
    """A room while somebody has it, the lock file that goes with it, and how many have it.

    lock: held while it is opened, which may take half a minute, and while it is closed.
    """

    capacity: BrokerCapacity | None = None
    process_lock: ProcessLock | None = None
    users: int = 0
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def turn(self, clock: Clock, stopping: Callable[[], bool]) -> Iterator[None]:
        """Hold `lock`, waited for in small steps. Errors: StoppedWaitingError."""
        while not self.lock.acquire(blocking=False):
            if stopping():
                raise StoppedWaitingError(
                    _("stopped while another producer of this process measures the broker")
                )
            clock.wait(_never, _TURN_S)
        try:
            yield
        finally:
            self.lock.release()


_rooms: dict[tuple[str, str, str], _Lease] = {}
"""By address, topic and group. They stay, empty, so that whoever comes meets the same lock."""
_rooms_lock = Lock()
_never = Event()


def _hold(lock_file: Path, clock: Clock) -> ProcessLock:
    try:
        return ProcessLock(lock_file, clock=clock)
    except LockedError as error:
        raise CapacityLockedError(
            _("another producer publishes to this embedded broker: {holder}").format(
                holder=error.owner
            ),
            hint=_("end that one first, or use a Kafka cluster (KAFKA_BOOTSTRAP_SERVERS)"),
        ) from None
