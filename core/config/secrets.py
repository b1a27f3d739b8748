"""Keeps passwords and keys out of everything that leaves the process: one mask for all outputs."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "***"
_WORD_LENGTH = 4
_PEM_LINE = 16
_SECRET_NAME = re.compile(
    r"PASSWORD|PASSPHRASE|PASSCODE|SECRET|TOKEN(?!_FILE$|_REQUEST_URL$)|KEY[._]PEM"
    r"|PRIVATE[._]KEY$|OAUTHBEARER[._]CONFIG|JAAS",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Return whether a setting (`SNOW_PASSWORD`, `sasl.password`) holds a secret."""
    return _SECRET_NAME.search(name) is not None


class Redactor:
    """Replaces every known secret in a text, also as JSON, URL or repr() would write it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms: set[str] = set()
        for secret in secrets:
            forms |= _forms(secret)
        # Longest first, so that a secret that contains another disappears as a whole.
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(_pattern(form) for form in ordered)) if forms else None
        self.longest = len(ordered[0]) if ordered else 0

    def __call__(self, text: str) -> str:
        """Return the text with secrets masked."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def head(self, text: str, limit: int) -> str:
        """Return the beginning of a text, each secret that begins in it masked as a whole.

        limit: characters of the text that count; what is returned may be longer or shorter.
        """
        if self._pattern is None:
            return text[:limit]
        parts, at = [], 0
        # Where a secret ends is looked at too, and what follows it, which may make it longer.
        for found in self._pattern.finditer(text, 0, limit + self.longest + 1):
            if found.start() >= limit:
                break
            parts += [text[at : found.start()], MASK]
            at = found.end()
        return "".join((*parts, text[at:limit]))

    def tree(self, value: object) -> object:
        """Return a JSON-like value with secrets masked in every string of it."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self.tree(key): self.tree(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.tree(item) for item in value]
        return value


def _forms(secret: str) -> set[str]:
    """Return the ways a secret may be written in a message, and the lines of a long key."""
    if not secret.strip():
        return set()
    lines = [line.strip() for line in secret.splitlines()] if "\n" in secret else []
    keys = {line for line in lines if len(line) >= _PEM_LINE and not line.startswith("-----")}
    written = {
        secret,
        secret.strip(),
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        quote(secret),
    }
    return written | keys


def _pattern(form: str) -> str:
    """Return the expression for one form; very short ones only as a whole word."""
    escaped = re.escape(form)
    return escaped if len(form) >= _WORD_LENGTH else rf"(?<!\w){escaped}(?!\w)"
