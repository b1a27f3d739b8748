"""Which settings are given, and where: the environment over the file, unknown names told.

In a file of ours an unknown SNOW_, KAFKA_ or DROPSHIP_ name is an error. The environment is shared
with other programs (KAFKA_HEAP_OPTS, the KAFKA_SERVICE_HOST of Kubernetes), so there only a name
that is close to one of ours counts as a mistake.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.config.envfile import EnvFile
from core.config.errors import Problem
from core.config.kafka_conf import PREFIX, library_name, may_be_set
from core.config.secrets import is_secret_name
from core.config.snowflake_options import PREFIX as SNOW_PREFIX
from core.config.thresholds import Thresholds
from core.pipeline import builtin
from core.text import _, clean

NAMES = (
    "SNOW_ACCOUNT",
    "SNOW_USER",
    "SNOW_PASSWORD",
    "SNOW_ROLE",
    "SNOW_WAREHOUSE",
    "SNOW_DATABASE",
    "SNOW_SCHEMA",
    "SNOW_AUTHENTICATOR",
    "SNOW_PRIVATE_KEY_FILE",
    "SNOW_PRIVATE_KEY_PASSPHRASE",
    "SNOW_ACCESS_TOKEN",
    "SNOW_ACCESS_TOKEN_FILE",
    "SNOW_OAUTH_TOKEN",
    "SNOW_OAUTH_TOKEN_FILE",
    "SNOW_PASSCODE",
    "SNOW_WORKLOAD_IDENTITY_PROVIDER",
    "SNOW_CONNECTION_NAME",
    "SNOW_TRANSFORM",
    "SNOW_WORKER_USER",
    "SNOW_TASK_COMPUTE",
    "SNOW_TASK_INTERVAL_S",
    "SNOW_ALERT_INTEGRATION",
    "SNOW_ALERT_EMAIL",
    "KAFKA_BOOTSTRAP_SERVERS",
    "KAFKA_TOPIC",
    "KAFKA_GROUP_ID",
    "KAFKA_WATCH_GROUP_ID",
    "KAFKA_TOPIC_PARTITIONS",
    "KAFKA_TOPIC_REPLICATION",
    "KAFKA_SCHEMA_REGISTRY_URL",
    "KAFKA_SCHEMA_REGISTRY_USER",
    "KAFKA_SCHEMA_REGISTRY_PASSWORD",
    "KAFKA_SCHEMA_REGISTRY_CA",
    "DUCKDB_MEMORY_LIMIT_MB",
    "LOG_LEVEL",
    "DROPSHIP_REPORTS_DIR",
    "DROPSHIP_PIPELINE",
    *(f"DROPSHIP_{name.upper()}" for name in Thresholds.model_fields),
)
"""Every setting but KAFKA_CONF_<NAME>, SNOW_CONNECT_<NAME> and the limits of a pipeline."""
LIMIT = "DROPSHIP_"
TAKEN = frozenset(name.removeprefix(LIMIT).lower() for name in NAMES if name.startswith(LIMIT))
"""Names that no limit of a pipeline may have: settings of dropship begin like it."""

_OURS = ("SNOW_", "KAFKA_", "DUCKDB_", "DROPSHIP_")
_LIMIT_NAME = re.compile(r"DROPSHIP_[A-Z_][A-Z0-9_]*", re.ASCII)
_ALIKE = 0.55
_CLOSE = 0.8
_VERY_CLOSE = 0.85
_PLACEHOLDER = re.compile(
    r"your[_-].*|<.*>|change[_-]?(me|this|it).*|replace[_-]?(me|this).*|(put|insert|enter)[_-].*"
    r"[_-]here|placeholder|x{3,}"
    r"|todo|tbd|fixme|\.{3}",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class SettingValue:
    """A setting that is set. where: `environment`, or file and line.

    fixed: the environment has it, so that no file can change it.
    """

    value: str
    where: str
    fixed: bool = False


@dataclass(frozen=True)
class CollectedSettings:
    """All settings that are set, and what is wrong with their names or values at first sight."""

    values: Mapping[str, SettingValue]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]


def collect(
    file: EnvFile | None, environ: Mapping[str, str], limits: Collection[str] | None = None
) -> CollectedSettings:
    """Return the settings of the environment over those of a file.

    limits: the pipeline's own, by their names in its definition; None: which there are is not
    known, so that any DROPSHIP_ name may be one.
    """
    known = _Known(limits)
    problems = list(file.problems) if file is not None else []
    warnings = list(file.warnings) if file is not None else []
    values: dict[str, SettingValue] = {}
    for entry in file.entries if file is not None else ():
        where = f"{clean(file.path) if file else ''}:{entry.line}"
        if not known.holds(entry.key):
            if known.of_another_pipeline(entry.key):
                warnings.append(
                    _("{where}: {setting} is no limit of this pipeline: it is ignored").format(
                        where=where, setting=clean(entry.key, 100)
                    )
                )
                continue
            problems.extend(known.unknown_in_file(entry.key, where))
            warnings.extend(known.misspelt_prefix(entry.key, where))
            continue
        if entry.key in values:
            warnings.append(
                _("{where}: {setting} is set twice; this line counts").format(
                    where=where, setting=clean(entry.key, 100)
                )
            )
        if entry.undefined and entry.key not in environ:
            problems.append(_undefined(entry.key, entry.undefined[0], where))
        meant = entry.quoted and is_secret_name(entry.key)
        values[entry.key] = SettingValue(entry.value if meant else entry.value.strip(), where)
    problems.extend(known.unknown_in_environment(environ))
    for name, value in environ.items():
        if known.holds(name):
            values[name] = SettingValue(value.strip(), _("environment"), fixed=True)
    values = {name: found for name, found in values.items() if found.value}
    problems.extend(_placeholders(values))
    # One fault is one line: a placeholder is not looked at again.
    real = {name: found for name, found in values.items() if not _is_placeholder(found)}
    return CollectedSettings(real, tuple(problems), tuple(warnings))


class _Known:
    """The settings there are, and what is said of a name that is none of them."""

    def __init__(self, limits: Collection[str] | None) -> None:
        self._any_limit = limits is None
        self._names = (*NAMES, *(LIMIT + name.upper() for name in limits or ()))

    def holds(self, name: str) -> bool:
        """Return whether a name is that of a setting."""
        prefixes = (PREFIX, SNOW_PREFIX, *([LIMIT] if self._any_limit else []))
        return name in self._names or any(
            name.startswith(prefix) and name != prefix for prefix in prefixes
        )

    def of_another_pipeline(self, name: str) -> bool:
        """Return whether a name may be that of a limit which another pipeline has.

        What resembles a setting of ours is rather that, misspelt.
        """
        if not _LIMIT_NAME.fullmatch(name):
            return False
        rest = name.removeprefix(LIMIT)
        if rest.lower() in builtin().definition.thresholds:
            return True
        own = [known.removeprefix(LIMIT) for known in self._names if known.startswith(LIMIT)]
        return _closest(rest, own, _CLOSE) is None

    def unknown_in_file(self, name: str, where: str) -> Iterator[Problem]:
        """Yield the problem of a name that begins as ours do."""
        if _family(name):
            yield self._unknown(name, where)

    def misspelt_prefix(self, name: str, where: str) -> Iterator[str]:
        """Yield a warning for a foreign name that looks like one of ours."""
        if _family(name):
            return
        close = _closest(name.upper(), self._names, _VERY_CLOSE)
        if close is not None:
            yield _("{where}: {setting} is ignored; did you mean {close}?").format(
                where=where, setting=clean(name, 100), close=close
            )

    def unknown_in_environment(self, environ: Mapping[str, str]) -> Iterator[Problem]:
        """Yield the problems of names that are close to one of ours."""
        for name, value in environ.items():
            family = _family(name)
            if not family or self.holds(name) or not value or self.of_another_pipeline(name):
                continue
            own = [known for known in self._names if known.startswith(family)]
            if _closest(name.upper(), own, _CLOSE) is not None:
                yield self._unknown(name, _("environment"))

    def _unknown(self, name: str, where: str) -> Problem:
        close = self._meant(name)
        message = _("{where}: {setting} is not a setting of dropship").format(
            where=where, setting=clean(name, 100)
        )
        if close is None:
            return Problem(message, _("remove it; .env.example names every setting"), name)
        return Problem(message, _("did you mean {setting}?").format(setting=close), name)

    def _meant(self, name: str) -> str | None:
        """Return the setting that a name of a family of ours seems to mean, None: none is near.

        Only the part behind the prefix is compared: two names of one family are never all alike.
        """
        family = _family(name)
        rest = name.upper().removeprefix(family)
        if family == "KAFKA_" and may_be_set(library_name(rest)):
            return PREFIX + rest
        own = [known.removeprefix(family) for known in self._names if known.startswith(family)]
        close = _closest(rest, own, _ALIKE)
        return None if close is None else family + close


def _closest(name: str, candidates: Iterable[str], cutoff: float) -> str | None:
    close = difflib.get_close_matches(name, list(candidates), n=1, cutoff=cutoff)
    return close[0] if close else None


def _family(name: str) -> str:
    """Return which of our prefixes a name bears, or nothing."""
    return next((prefix for prefix in _OURS if name.upper().startswith(prefix)), "")


def _undefined(name: str, missing: str, where: str) -> Problem:
    return Problem(
        _("{where}: {setting} refers to {missing}, which is not defined").format(
            where=where, setting=clean(name, 100), missing=repr(clean(missing, 100))
        ),
        _("define it above, or keep ${ as it is by single quotes around the value"),
        name,
    )


def _placeholders(values: Mapping[str, SettingValue]) -> Iterator[Problem]:
    for name, found in values.items():
        if not _is_placeholder(found):
            continue
        if is_secret_name(name):
            message = _("{where}: {setting} still holds a placeholder")
        else:
            message = _("{where}: {setting} still holds the placeholder {value}")
        yield Problem(
            message.format(
                where=found.where, setting=clean(name, 100), value=repr(clean(found.value, 80))
            ),
            _("put in the real value, or remove the line"),
            name,
        )


def _is_placeholder(found: SettingValue) -> bool:
    return _PLACEHOLDER.fullmatch(found.value) is not None
