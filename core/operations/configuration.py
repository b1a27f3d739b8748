"""The settings of a running process: all of them shown, their file changed through its own checks.

Limits of alerts and checks take effect at once, everything else at the next start. What the
environment gives cannot be changed here: it would win over the file.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock

from core.config import Settings
from core.config.edit import LONGEST, checked_edit, text_of, unusable, write_env_file
from core.config.envfile import parse_env_file
from core.config.errors import Problem, SettingsError
from core.config.load import SettingsSource, examine_file
from core.config.secrets import Redactor, is_secret_name
from core.config.sources import LIMIT, SettingValue
from core.config.thresholds import Thresholds
from core.errors import ConfigError, DropshipError
from core.operations.effective_settings import (
    EffectiveSetting,
    effective_settings,
    given_settings,
    takes_effect_at_once,
)
from core.text import N_, _, clean

MOST_CHANGES = 64
"""Settings that are changed at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SavedSettings:
    """What a change did. at_once, later: names of settings, by when they take effect."""

    file: str
    at_once: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


class Configuration:
    """Shows and changes settings. Any thread may call it.

    take: given limits that hold from now on. allowed: whether something may be changed. `source`
    says where the settings came from; without it none can be changed.
    """

    def __init__(
        self, settings: Settings, take: Callable[[Thresholds], None], allowed: Callable[[], bool]
    ) -> None:
        self._settings = settings
        self._take = take
        self._allowed = allowed
        self._lock = Lock()
        self._given: Mapping[str, SettingValue] = {}
        self._later: frozenset[str] = frozenset()
        self._source: SettingsSource | None = None

    @property
    def source(self) -> SettingsSource | None:
        """Where the settings came from."""
        return self._source

    @source.setter
    def source(self, source: SettingsSource) -> None:
        self._source = source
        self._given = given_settings(source.env_file, source.environ)

    @property
    def limits(self) -> Thresholds:
        """The limits in force."""
        return self._settings.thresholds

    def listed(self) -> tuple[EffectiveSetting, ...]:
        """Return every setting, secrets masked."""
        given, mask = self._given, Redactor(self._settings.secrets)
        where = {name: found.where for name, found in given.items()}
        return tuple(
            replace(
                one,
                # As it was given, so that it can be changed from there.
                value=one.value
                if one.secret or one.name not in given
                else mask(clean(given[one.name].value, LONGEST)),
                fixed=one.fixed or self._source is None or _fixed(one.name, given),
                pending=one.name in self._later,
            )
            for one in effective_settings(self._settings, where)
        )

    def faults(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Return what is wrong with new values, by the names of the settings; nothing is changed.

        A value that is empty stands for the default.
        """
        try:
            return self._faults(changes, self._text())
        except DropshipError as error:
            return dict.fromkeys(changes, _told(error.message, error.hint))

    def save(self, changes: Mapping[str, str]) -> SavedSettings:
        """Write new values into the file, then let those take effect that can.

        Errors: ConfigError that names the setting; StorageError.
        """
        if not self._allowed():
            raise ConfigError(_("read-only: nothing can be changed here"))
        with self._lock:
            text = self._text()
            for name, fault in self._faults(changes, text).items():
                raise ConfigError(_("{setting}: {reason}").format(setting=name, reason=fault))
            source = self._known_source()
            write_env_file(source.file, checked_edit(source.file, text, changes))
            return self._took(changes, source)

    def _took(self, changes: Mapping[str, str], source: SettingsSource) -> SavedSettings:
        """Let new limits take effect."""
        at_once = tuple(name for name in changes if takes_effect_at_once(name))
        later = tuple(name for name in changes if name not in at_once)
        self._given = given_settings(source.env_file, source.environ)
        self._later |= set(later)
        limits = self._limits_with(changes)
        self._settings = replace(self._settings, thresholds=limits)
        self._take(limits)
        log.info(
            N_("settings changed"),
            extra={
                "settings": sorted(changes),
                "limits": {name: changes[name] or "default" for name in at_once},
            },
        )
        return SavedSettings(clean(source.file), at_once, later)

    def _limits_with(self, changes: Mapping[str, str]) -> Thresholds:
        """Return the limits in force with those that were changed; nothing else of the file."""
        values = self.limits.model_dump(exclude_unset=True)
        for name, value in changes.items():
            if takes_effect_at_once(name):
                field = name.removeprefix(LIMIT).lower()
                values.pop(field, None)
                if value:
                    values[field] = float(value)
        return Thresholds.model_validate(values)

    def _known_source(self) -> SettingsSource:
        if self._source is None:
            raise ConfigError(_("this process does not know its file of settings"))
        return self._source

    def _text(self) -> str:
        return text_of(self._known_source().file)

    def _faults(self, changes: Mapping[str, str], text: str) -> dict[str, str]:
        """Return what is wrong with changes of a text. Errors: DropshipError."""
        source = self._known_source()
        if not changes or len(changes) > MOST_CHANGES:
            raise ConfigError(_("give 1 to {count} settings").format(count=MOST_CHANGES))
        given = given_settings(source.env_file, source.environ)
        known = {one.name for one in self.listed() if not one.name.startswith("--")}
        found: dict[str, str] = {}
        for name, value in changes.items():
            if name not in known:
                found[name] = _("is not a setting of dropship")
            elif _fixed(name, given):
                found[name] = _("is set in the environment, which wins over the file")
            elif why := unusable(name, value):
                found[name] = why
        if found:
            return found
        mask = Redactor(value for name, value in changes.items() if is_secret_name(name))
        after = checked_edit(source.file, text, changes)
        before = {_key(one) for one in _problems(source, text)}
        for problem in _problems(source, after):
            if _key(problem) not in before:
                name = problem.setting if problem.setting in changes else next(iter(changes))
                found.setdefault(name, mask(_in_words(problem, name)))
        for name, fault in self._out_of_order(changes).items():
            found.setdefault(name, fault)
        return found

    def _out_of_order(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Return the limits that would warn after they fail, against what would hold then."""
        try:
            limits = self._limits_with(changes)
        except ValueError:
            return {}  # told already
        own = self._settings.pipeline.definition.thresholds
        values = limits.model_dump() | limits.own(own)
        found = {}
        for name in changes:
            field = name.removeprefix(LIMIT).lower()
            low, high = field.replace("_fail", "_warn"), field.replace("_warn", "_fail")
            if low != high and low in values and high in values and values[low] > values[high]:
                found[name] = _("warning {warn} is above critical {fail}").format(
                    warn=f"{values[low]:g}", fail=f"{values[high]:g}"
                )
        return found


def _problems(source: SettingsSource, text: str) -> tuple[Problem, ...]:
    try:
        file = parse_env_file(source.file, text, source.environ)
    except SettingsError as error:
        return error.problems
    return examine_file(file, source)[1]


def _key(problem: Problem) -> tuple[str, str]:
    """Return what a problem is about, whichever line it is on."""
    return problem.setting, re.sub(r":\d+:", ":", problem.message)


def _in_words(problem: Problem, name: str) -> str:
    """Return a problem as it is told beside the value itself: without its place."""
    message = re.sub(r"^.*?:\d+: ", "", problem.message)
    return _told(message.removeprefix(f"{name}: ").removeprefix(f"{name} "), problem.hint)


def _told(message: str, hint: str) -> str:
    return f"{message} · {hint}" if hint else message


def _fixed(name: str, given: Mapping[str, SettingValue]) -> bool:
    found = given.get(name)
    return found is not None and found.fixed
