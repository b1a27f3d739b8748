"""Texts of the core for still moments: those of the catalogue, in the language in use.

A moment that is made by hand must say what the core would say, in French as well. A text that the
core has changed since is found here, before a picture shows something that nobody ever sees.
"""

from core.text import _, language, ngettext


def told(text: str, /, **fields: object) -> str:
    """Return a text of the core with its fields. Errors: LookupError for one that it has not."""
    return _known(text, _(text)).format(**fields)


def told_of(one: str, many: str, number: int, /, **fields: object) -> str:
    """Return a text of the core that depends on a count."""
    shown = ngettext(one, many, number)
    if language() != "en" and shown in {one, many}:
        raise LookupError(many)
    return shown.format(**fields)


def _known(text: str, shown: str) -> str:
    if language() != "en" and shown == text:
        raise LookupError(text)
    return shown
