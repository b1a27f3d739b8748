"""An endpoint that grants tokens for client credentials (OAuth 2.0), as an identity provider does.

The tokens bear no signature: that is what a broker takes whose validator is not configured.
"""

import base64
import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

LIFE_S = 12


class TokenEndpoint:
    """Answers on loopback. clients: ids and secrets. granted, refused: how often."""

    def __init__(self, clients: Mapping[str, str]) -> None:
        self.granted = self.refused = 0
        self._clients = dict(clients)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, name="tokens")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/token"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, authorization: str) -> tuple[int, dict[str, object]]:
        """Return status and body for the credentials of a request (HTTP Basic)."""
        plain = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client, _colon, secret = plain.partition(":")
        if self._clients.get(client) != secret:
            self.refused += 1
            return 401, {"error": "invalid_client"}
        self.granted += 1
        now = int(time.time())
        claims = {"sub": client, "scope": "orders", "iat": now, "exp": now + LIFE_S}
        token = f"{_part({'alg': 'none'})}.{_part(claims)}."
        return 200, {"access_token": token, "token_type": "bearer", "expires_in": LIFE_S}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = endpoint.answer(self.headers.get("Authorization", ""))
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it overrides
                """Say nothing."""

        return Handler


def _part(claims: Mapping[str, object]) -> str:
    """Return a part of a token: base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
