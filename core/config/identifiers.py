"""SQL identifiers from configuration: checked, then quoted; values are always bound instead."""

import re

from core.errors import ConfigError
from core.text import _, clean

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,254}", re.ASCII)


def checked_identifier(setting: str, value: str) -> str:
    """Return an identifier that is safe to place in SQL.

    Errors: ConfigError naming the setting, when it is not a plain identifier.
    """
    if not _IDENTIFIER.fullmatch(value):
        raise ConfigError(
            _("{setting}: {value} is not a plain SQL identifier").format(
                setting=setting, value=repr(clean(value, 80))
            ),
            hint=_("use letters, digits, _ and $, not starting with a digit"),
        )
    return value


def quoted(identifier: str) -> str:
    """Return an identifier in double quotes, with quotes inside it doubled."""
    return '"' + identifier.replace('"', '""') + '"'
