"""The message catalogue: English in the source, other languages in `locale/` (gettext).

Text is looked up when it is shown, never at import, so that `--lang` holds for all of it:
`_("{count} rows").format(count=3)`. `make messages` takes new text up into the catalogues.
"""

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "fr")

_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"
_spoken: ContextVar[str] = ContextVar("spoken", default="")
"""What this thread speaks at present, where that is not the language of the process."""


def system_language() -> str:
    """Return the language of the locale (LC_ALL, LC_MESSAGES, LANG), `en` where we lack it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            code = re.split(r"[_.@-]", value, maxsplit=1)[0].lower()
            return code if code in LANGUAGES else "en"
    return "en"


def use_language(code: str | None) -> str:
    """Switch every later message to a language (None: that of the locale); return its code.

    A language without a catalogue is English.
    """
    global _translations, _language  # noqa: PLW0603 - one process shows one language
    chosen = code or system_language()
    _translations = _loaded(chosen)
    _language = chosen if chosen in LANGUAGES else "en"
    return _language


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Let this thread make messages for somebody else, in a language that has a catalogue."""
    before = _spoken.set(code if code in LANGUAGES else _spoken.get())
    try:
        yield
    finally:
        _spoken.reset(before)


@cache
def _loaded(code: str) -> gettext.NullTranslations:
    directory = Path(__file__).with_name("locale")  # importlib.resources would load a dozen modules
    return gettext.translation("dropship", directory, [code], fallback=True)


def _in_use() -> gettext.NullTranslations:
    spoken = _spoken.get()
    return _loaded(spoken) if spoken else _translations


def language() -> str:
    """Return the code of the language in use."""
    return _spoken.get() or _language


def _(message: str) -> str:
    """Return a message in the language in use."""
    # Catalogues keep their own description under the empty message.
    return _in_use().gettext(message) if message else ""


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools know
    """Mark a message for translation where it is written; `_` translates it where it is shown."""
    return message


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the form of a message that fits a count."""
    return _in_use().ngettext(singular, plural, count)
