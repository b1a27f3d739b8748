"""An HTTP proxy of the tests between the Snowflake connector and its server, which can do harm.

What it does to which request is said by rules: a condition on the request (its path, the SQL in it)
and an act. Without a rule that fits, requests and replies pass unchanged. The proxy can also vanish
as a whole (connections refused, open ones cut) and come back on the same port.
"""

import gzip
import json
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from threading import Event, Lock, Thread

_HOST = "127.0.0.1"
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}
_IDLE_S = 120.0
QUERY = "/queries/v1/query-request"
LOGIN = "/session/v1/login-request"
RENEW = "/session/token-request"


@dataclass(frozen=True)
class Request:
    """A request as it came in. sql: the statement in it, empty where there is none."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    @property
    def sql(self) -> str:
        """The statement that a query request carries."""
        if not self.path.startswith(QUERY):
            return ""
        packed = any(key.lower() == "content-encoding" for key, _value in self.headers)
        body = gzip.decompress(self.body) if packed else self.body
        return str(json.loads(body).get("sqlText", ""))


@dataclass(frozen=True)
class Reply:
    """What is answered. length: of the body that is announced, None for its own."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


Send = Callable[[Request], Reply]
Act = Callable[[Request, Send], Reply | None]
"""Answers a request, with a way to forward it; None cuts the connection without a reply."""


@dataclass
class Rule:
    """Harm to the requests that fit, so many times. hits: requests it was done to."""

    fits: Callable[[Request], bool]
    act: Act
    times: float
    hits: list[Request] = field(default_factory=list)

    @property
    def spent(self) -> bool:
        """Whether it was done as often as was wanted."""
        return len(self.hits) >= self.times


def sql_like(pattern: str) -> Callable[[Request], bool]:
    """Fit the queries whose statement holds a pattern, in any letters."""
    wanted = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return lambda request: wanted.search(request.sql) is not None


def path_like(start: str) -> Callable[[Request], bool]:
    """Fit the requests to a path."""
    return lambda request: request.path.startswith(start)


def lose_reply(request: Request, send: Send) -> None:
    """Let the request through, and its reply get lost."""
    send(request)


def answer(status: int, body: dict[str, object] | None = None) -> Act:
    """Answer in place of the server."""
    text = b"busy" if body is None else json.dumps(body).encode()
    kind = "text/plain" if body is None else "application/json"
    return lambda _request, _send: Reply(status, (("Content-Type", kind),), text)


def session_error(code: str, message: str) -> Act:
    """Answer that the session is not valid, as Snowflake does: status 200 and a code."""
    return answer(200, {"data": None, "code": code, "message": message, "success": False})


def delay(seconds: float) -> Act:
    """Forward late."""

    def late(request: Request, send: Send) -> Reply:
        Event().wait(seconds)
        return send(request)

    return late


def hold(until: Event) -> Act:
    """Forward once an event is set."""

    def held(request: Request, send: Send) -> Reply:
        until.wait(_IDLE_S)
        return send(request)

    return held


class Proxy:
    """Listens on a free port of loopback. to_port: of the server behind it."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._lock = Lock()
        self._rules: list[Rule] = []
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._thread: Thread | None = None
        self.seen: list[Request] = []
        self.port = 0
        self.come_back()

    def rule(
        self, fits: Callable[[Request], bool], act: Act, *, times: float = float("inf")
    ) -> Rule:
        """Do harm from now on; the newest rule that fits goes first."""
        made = Rule(fits, act, times)
        with self._lock:
            self._rules.insert(0, made)
        return made

    def heal(self) -> None:
        """Forget every rule."""
        with self._lock:
            self._rules.clear()

    def cut_upload(self, fits: Callable[[Request], bool], *, times: float = 1) -> Rule:
        """Reset the connection in the middle of a request's body: the server gets half of it."""
        return self.rule(fits, self._send_half, times=times)

    def vanish(self) -> None:
        """Refuse connections and cut those that are open."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if self._thread is not None:
            self._thread.join(10)
        with self._lock:
            cut = list(self._open)
        for connection in cut:
            _reset(connection)

    def come_back(self) -> None:
        """Accept connections (again), on the port it had."""
        listener = socket.create_server((_HOST, self.port), reuse_port=False)
        self.port = int(listener.getsockname()[1])
        self._listener = listener
        self._thread = Thread(target=self._accept, args=(listener,), name="proxy", daemon=True)
        self._thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            Thread(target=self._serve, args=(connection, peer), daemon=True).start()

    def _serve(self, connection: socket.socket, peer: tuple[str, int]) -> None:
        with suppress(OSError, ValueError):
            _Handler(connection, peer, self)
        with self._lock:
            self._open.discard(connection)
        with suppress(OSError):
            connection.close()

    def answer_to(self, request: Request) -> Reply | None:
        """Return the reply to a request, by the first rule that fits or from the server."""
        self.seen.append(request)
        with self._lock:
            rule = next(
                (rule for rule in self._rules if not rule.spent and rule.fits(request)), None
            )
            if rule is not None:
                rule.hits.append(request)
        return self._forward(request) if rule is None else rule.act(request, self._forward)

    def _forward(self, request: Request) -> Reply:
        upstream = HTTPConnection(_HOST, self._to_port, timeout=_IDLE_S)
        try:
            headers = {key: value for key, value in request.headers if key.lower() not in _HOP}
            upstream.request(request.method, request.path, body=request.body, headers=headers)
            came = upstream.getresponse()
            kept = tuple(pair for pair in came.getheaders() if pair[0].lower() not in _HOP)
            return Reply(came.status, kept, came.read())
        finally:
            upstream.close()

    def _send_half(self, request: Request, _send: Send) -> None:
        with socket.create_connection((_HOST, self._to_port)) as upstream:
            head = f"{request.method} {request.path} HTTP/1.1\r\nHost: x\r\n"
            head += "".join(
                f"{key}: {value}\r\n" for key, value in request.headers if key.lower() != "host"
            )
            half = request.body[: len(request.body) // 2]
            upstream.sendall(head.encode() + b"\r\n" + half)


class _Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection and writes their replies."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S

    def __init__(self, connection: socket.socket, peer: tuple[str, int], proxy: Proxy) -> None:
        self._proxy = proxy
        super().__init__(connection, peer, None)  # type: ignore[arg-type]

    def _any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        chunked = "chunked" in (self.headers.get("Transfer-Encoding") or "").lower()
        body = b"".join(self._chunks()) if chunked else self.rfile.read(size)
        request = Request(self.command, self.path, tuple(self.headers.items()), body)
        try:
            reply = self._proxy.answer_to(request)
        except (OSError, HTTPException):
            reply = None
        if reply is None:
            self.close_connection = True
            _reset(self.connection)
            return
        self.send_response_only(reply.status)
        for key, value in reply.headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _any  # noqa: N815 - the names of the library

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()


def _reset(connection: socket.socket) -> None:
    """End a connection by a reset: what was on its way is lost, and nobody says goodbye."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
        connection.close()


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """Yield a proxy in front of a server of this machine; gone afterwards."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.heal()
        proxy.vanish()
