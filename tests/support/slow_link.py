"""A TCP link with a round trip of its own: every byte arrives so much later, none is lost."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

_HOST = "127.0.0.1"
_CHUNK = 1 << 16


class SlowLink:
    """Forwards a port of loopback to another one.

    round_trip_s may be changed at any time. turns: how often the near side has sent something.
    """

    def __init__(self, port: int, to_port: int, round_trip_s: float) -> None:
        self.port = port
        self.round_trip_s = round_trip_s
        self.turns = 0
        self._to_port = to_port
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._stop = asyncio.Event()
        self._thread = Thread(target=self._run, name="slow-link", daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, _HOST, self.port)
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError), closing(back):
            far, out = await asyncio.open_connection(_HOST, self._to_port)
            with closing(out):
                await asyncio.gather(self._carry(near, out, 1), self._carry(far, back, 0))

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, counts: int
    ) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(max(due - self._loop.time(), 0.0))
                if not data:
                    sink.close()
                    return
                sink.write(data)
                await sink.drain()

        delivery = asyncio.ensure_future(deliver())
        try:
            while True:
                data = await source.read(_CHUNK)
                self.turns += counts
                await under_way.put((self._loop.time() + self.round_trip_s / 2, data))
                if not data:
                    break
            await delivery
        finally:
            delivery.cancel()


@contextmanager
def slow_link(port: int, to_port: int, round_trip_s: float) -> Iterator[SlowLink]:
    """Yield a link that works."""
    link = SlowLink(port, to_port, round_trip_s)
    link.start()
    try:
        yield link
    finally:
        link.end()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
