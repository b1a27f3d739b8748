"""Record headers as warehouses keep them: JSON text, because names repeat and values are bytes."""

import base64
import json
from collections.abc import Sequence


def headers_text(headers: Sequence[tuple[str, bytes | None]]) -> str:
    """Return record headers as a JSON array of [name, base64 value or null]."""
    if not headers:
        return "[]"
    return json.dumps(
        [
            [name, None if value is None else base64.b64encode(value).decode()]
            for name, value in headers
        ]
    )


def headers_from(text: str) -> tuple[tuple[str, bytes | None], ...]:
    """Return record headers from their JSON text."""
    return tuple(
        (str(name), None if value is None else base64.b64decode(value))
        for name, value in json.loads(text)
    )
