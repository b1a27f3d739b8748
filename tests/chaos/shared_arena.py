"""One DuckDB file and many processes under disturbances: three consumers, a console, a validator.

Whoever holds the file is killed, suspended or ended, whatever it is; others take over. All three
consumers read every partition of the embedded broker, so the fence decides about each batch. The
console runs in a pseudo-terminal and must answer keys all the time; the validator looks again and
again and must never see a record twice, or another one than was stored.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from time import monotonic

import psutil

from core.broker.cluster import Cluster
from core.process_lock import read_owner
from tests.chaos.audit import Audit, audit
from tests.chaos.flow import Producers, Totals, rest, wait_progress
from tests.chaos.plan import Blow
from tests.chaos.tap import Tap
from tests.support.processes import Dropship, Running, commands
from tests.support.terminal import Terminal
from tests.support.unreliable_broker import unreliable_broker
from tests.support.waiting import wait_until

TOPIC, GROUP = "orders_topic", "snowflake-consumer-group"
PATIENT = ("--timeout", "60")
CONSUMERS = 3
KEYED_S = 10.0
"""A key must be answered this soon, whatever became of the holder, on a busy machine."""
NEVER_WRONG = ("duplicates", "content")
"""Checks that hold at any moment; the others compare with a topic that grows meanwhile."""


class SharedArena:
    """One run: `strike` disturbs and sees work go on, `close_and_audit` ends and audits it."""

    def __init__(
        self, dropship: Dropship, servers: str, cluster: Cluster, rate: int, totals: Totals
    ) -> None:
        self._dropship = dropship
        self._cluster = cluster
        self._totals = totals
        dropship("seed", "--customers", "200", "--products", "50", "--orders", "10").done()
        self._tap = Tap(servers, TOPIC)
        self._producers = Producers(dropship, rate, totals)
        self._consumers = [self._start_consumer() for _number in range(CONSUMERS)]
        self._console = self._start_console()
        self._validator = self._start_validator()
        self._keys = cycle([("1", "1 Seed"), ("3", "3 Consumer"), ("2", "2 Producer")])
        self._blows: dict[str, Callable[[float], None]] = {
            "kill holder": lambda _force: self._kill(self._holder()),
            "suspend holder": lambda force: self._suspend(self._holder(), 10 * force),
            "end holder": lambda _force: self._end(self._holder()),
            "kill consumer": lambda force: self._kill(self._chosen(force)),
            "suspend consumer": lambda force: self._suspend(self._chosen(force), 8 * force),
            "kill console": lambda _force: self._kill(self._console.process.pid),
            "suspend console": lambda force: self._suspend(self._console.process.pid, 6 * force),
            "kill validator": self._kill_validator,
            "kill producer": lambda _force: self._producers.kill(),
            "remove socket": self._remove_socket,
            "merge": lambda _force: self._merge(),
        }

    def strike(self, blow: Blow) -> None:
        """Do one disturbance, then see that work goes on."""
        before = self._holder()
        self._totals.blows[blow.what] += 1
        self._blows[blow.what](blow.force)
        self.see_progress()
        self._see_the_console()
        self._totals.counts["hand-overs"] += self._holder() != before
        rest(blow.rest_s)

    def see_progress(self) -> None:
        """Wait until the consumers store more than they have."""
        errors = lambda: [one.err[-1000:] for one in self._consumers]  # noqa: E731 - told late
        wait_progress(self._told, self._totals, self._revive, lambda: str(errors()))

    def close_and_audit(self) -> Audit:
        """End the flow cleanly, drain and merge, and ask for everything."""
        self._producers.end()
        for one in self._consumers:
            one.signal(signal.SIGTERM)
        for one in self._consumers:
            assert one.end().code in {143, 3}, one.err
        self._check_validator()
        self._validator = None
        caught_up = self._dropship("consume", "--until-caught-up", *PATIENT).done()
        assert (caught_up["lag"], caught_up["gaps"]) == (0, 0)
        assert self._dropship("transform").done()["quarantined"] == 0
        checks = self._dropship("validate").record["checks"]
        for name in ("reconciliation", *NEVER_WRONG):
            assert checks[name]["status"] == "PASS", checks[name]
        self._leave_the_console()
        return audit(self._dropship.paths.warehouse_file, self._cluster, TOPIC, GROUP, self._tap)

    def close(self) -> None:
        """End the reader beside and the console."""
        self._tap.close()
        self._console.__exit__()

    def _told(self) -> int:
        return sum(self._cluster.committed(TOPIC, GROUP).values())

    def _start_consumer(self) -> Running:
        self._totals.counts["consumers"] += 1
        return self._dropship.start("consume", *PATIENT)

    def _start_validator(self) -> Running | None:
        return self._dropship.start("validate", *PATIENT)

    def _start_console(self) -> Terminal:
        self._totals.counts["consoles"] += 1
        console = Terminal(self._dropship.folder, *PATIENT)
        console.wait_for("2 Producer")
        return console

    def _holder(self) -> int:
        """Return the process that holds the file; waits while nobody does."""
        found = 0

        def known() -> bool:
            nonlocal found
            self._revive()
            found = read_owner(self._dropship.paths.warehouse_lock).pid
            return found != 0 and _is_alive(found)

        wait_until(known, seconds=60, what="nobody holds the warehouse")
        return found

    def _chosen(self, force: float) -> int:
        return self._consumers[int(force * CONSUMERS)].pid

    def _kill(self, pid: int) -> None:
        self._totals.counts["kills"] += 1
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.kill()
            wait_until(lambda: not _is_alive(pid))

    def _suspend(self, pid: int, seconds: float) -> None:
        """Stop a process for so long; the console answers keys meanwhile unless it is that."""
        self._totals.counts["stops"] += 1
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.suspend()
            try:
                if pid != self._console.process.pid:
                    self._see_the_console()
                rest(seconds)
            finally:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def _end(self, pid: int) -> None:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).terminate()
            wait_until(lambda: not _is_alive(pid), seconds=60, what=f"{pid} does not end")

    def _kill_validator(self, force: float) -> None:
        """Kill it somewhere between its start and its end."""
        self._check_validator()
        rest(2 * force)
        if self._validator is not None:
            self._kill(self._validator.pid)

    def _remove_socket(self, _force: float) -> None:
        """Take the socket away under all: who is connected stays so, until the holder ends."""
        holder = self._holder()
        socket = read_owner(self._dropship.paths.warehouse_lock).socket
        if socket:
            Path(socket).unlink(missing_ok=True)
        self.see_progress()
        self._end(holder)

    def _merge(self) -> None:
        """One more process works in the warehouse."""
        merged = self._dropship.start("transform", *PATIENT).end(150)
        assert merged.code in {0, 3}, merged.err
        self._totals.counts["merges that gave up"] += merged.code == 3

    def _revive(self) -> None:
        """Start again what ended, by itself or by a blow."""
        self._producers.revive()
        for number, one in enumerate(self._consumers):
            if one.ended:
                code = one.process.returncode
                assert code in {3, 143, -signal.SIGKILL}, one.err
                self._totals.counts["consumers that gave up"] += code == 3
                self._consumers[number] = self._start_consumer()
        code = self._console.process.poll()
        if code is not None:
            assert code in {143, -signal.SIGKILL}, self._console.text()[-2000:]
            self._console.__exit__()
            self._console = self._start_console()
        if self._validator is not None and self._validator.ended:
            self._check_validator()

    def _check_validator(self) -> None:
        """See what it found, and let it look again."""
        if self._validator is None:
            return
        ended = self._validator.end(120)
        assert ended.code in {0, 1, 3, 143, -signal.SIGKILL}, ended.err
        if ended.code in {0, 1}:
            checks = ended.record["checks"]
            for name in NEVER_WRONG:
                assert checks[name]["status"] == "PASS", checks[name]
            self._totals.counts["validations"] += 1
        elif ended.code == 3:
            self._totals.counts["validations that gave up"] += 1
        self._validator = self._start_validator()

    def _see_the_console(self) -> None:
        """Press a key that chooses another pane, and see it drawn."""
        if self._console.process.poll() is not None:
            return
        key, title = next(self._keys)
        since, began = len(self._console.output), monotonic()
        self._console.press(key)
        self._console.wait_for(title, KEYED_S, since=since)
        self._totals.counts["keys"] += 1
        slowest = self._totals.counts["slowest key, ms"]
        self._totals.counts["slowest key, ms"] = max(slowest, int(1e3 * (monotonic() - began)))

    def _leave_the_console(self) -> None:
        """See in it what the warehouse holds in the end, and leave."""
        orders = self._dropship("kpis").done()["total_orders"]
        console = self._console
        console.press("5r")
        widths = cycle((118, 120))

        def drawn_anew() -> bool:
            since = len(console.output)
            console.resize(next(widths), 36)
            rest(1)
            return f"{orders:,}" in console.text(since)

        console.wait_until(drawn_anew, f"{orders:,} orders")
        console.press("q")
        assert console.exit_code() == 0, console.text()[-2000:]


def _is_alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


@contextmanager
def shared_arena(folder: Path, rate: int, totals: Totals) -> Iterator[SharedArena]:
    """Yield a flow that is under way; every process of it ends with the block."""
    with (
        commands(folder) as dropship,
        unreliable_broker(dropship.paths) as unreliable,
        dropship.broker() as cluster,
    ):
        arena = SharedArena(dropship, unreliable.bootstrap_servers, cluster, rate, totals)
        try:
            arena.see_progress()
            yield arena
        finally:
            arena.close()
