"""Takes settings one by one, checked, and collects what is wrong with them."""

from collections.abc import Callable, Mapping

from core.config import validators
from core.config.errors import Problem
from core.config.identifiers import checked_identifier
from core.config.sources import SettingValue
from core.errors import ConfigError
from core.text import _, clean


class SettingsParser:
    """What is given, and the problems found so far. warnings: work, but should not stay."""

    def __init__(self, values: Mapping[str, SettingValue], problems: list[Problem]) -> None:
        self.values = values
        self.problems = problems
        self.warnings: list[str] = []

    def refuse(self, name: str, reason: str, hint: str = "") -> None:
        """Note that a setting cannot be used."""
        self.problems.append(
            Problem(
                _("{where}: {setting}: {reason}").format(
                    where=self.values[name].where, setting=clean(name, 100), reason=reason
                ),
                hint,
                name,
            )
        )

    def miss(self, name: str, reason: str, hint: str = "") -> None:
        """Note that a setting is needed and not given."""
        self.problems.append(
            Problem(_("{setting}: {reason}").format(setting=name, reason=reason), hint, name)
        )

    def warn(self, name: str, reason: str) -> None:
        """Note that a setting works and should not stay."""
        self.warnings.append(
            _("{where}: {setting}: {reason}").format(
                where=self.values[name].where, setting=name, reason=reason
            )
        )

    def read(self, name: str, default: str, check: Callable[[str], str]) -> str:
        """Return a checked value; the default when it is not set or is wrong."""
        found = self.values.get(name)
        if found is None:
            return default
        try:
            return check(found.value)
        except ConfigError as error:
            self.refuse(name, error.message, error.hint)
            return default

    def whole(self, name: str, *, least: int = 1, most: int) -> int | None:
        """Return a number from `least` to `most`, None when it is not set or is wrong."""
        text = self.read(name, "", lambda value: validators.whole(value, least=least, most=most))
        return int(text) if text else None

    def optional(self, name: str, check: Callable[[str], str]) -> str | None:
        """Return a checked value, None when it is not set or is wrong."""
        return self.read(name, "", check) or None


def identifier(value: str) -> str:
    """Return a plain SQL identifier; place and name of the setting are the reader's to tell."""
    try:
        return checked_identifier("", value)
    except ConfigError as error:
        raise ConfigError(
            _("{value} is not a plain SQL identifier").format(value=repr(clean(value, 80))),
            hint=error.hint,
        ) from error
