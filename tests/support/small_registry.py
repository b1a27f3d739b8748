"""A schema registry in a thread: the few questions of Confluent's interface that the client asks.

For tests that need many registries, or one that fails in some way; `registry_server` starts a real
one. Refuses whom it does not know where a user is given.
"""

import base64
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class SmallRegistry:
    """Schemas by their ids, and subjects with their versions. Use it as a context."""

    def __init__(
        self, *, user: str = "", password: str = "", certificate: tuple[Path, Path] | None = None
    ) -> None:
        self.schemas: dict[int, dict[str, Any]] = {}
        self.subjects: dict[str, list[int]] = {}
        self.asked: list[str] = []
        self.status = 0
        self._login = f"{user}:{password}" if user else ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.url = self.url.replace("http:", "https:")
        # Whoever breaks off a connection is expected here.
        self._server.handle_error = lambda *_arguments: None  # type: ignore[method-assign]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, schema: object, subject: str = "", kind: str = "AVRO", **more: Any) -> int:
        """Register a schema; return its id. more: `references`, for one."""
        number = len(self.schemas) + 1
        text = schema if isinstance(schema, str) else json.dumps(schema)
        self.schemas[number] = {"schema": text, "schemaType": kind, **more}
        self.subjects.setdefault(subject, []).append(number)
        return number

    def answer(self, path: str) -> tuple[int, object]:
        """Return status and body of an answer."""
        if self.status:
            return self.status, {"error_code": self.status * 100, "message": "told to fail"}
        match path.partition("?")[0].strip("/").split("/"):
            case ["schemas", "ids", number] if int(number) in self.schemas:
                return 200, self.schemas[int(number)]
            case ["subjects", subject, "versions", version] if subject in self.subjects:
                ids = self.subjects[subject]
                place = len(ids) if version == "latest" else int(version)
                return 200, {
                    "subject": subject,
                    "version": place,
                    "id": ids[place - 1],
                    **self.schemas[ids[place - 1]],
                }
        return 404, {"error_code": 40403, "message": "not found"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append(self.path)
                login = "Basic " + base64.b64encode(registry._login.encode()).decode()
                stranger = registry._login and self.headers.get("Authorization") != login
                if stranger and not registry.status:
                    status, body = 401, {"error_code": 40101, "message": "who are you?"}
                else:
                    status, body = registry.answer(self.path)
                told = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        return Handler
