"""The settings in force as a person may see them: secrets masked, each with where it comes from."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.config import Settings
from core.config.envfile import read_env_file
from core.config.kafka_conf import PREFIX
from core.config.load import DEFAULT_ENV_FILE
from core.config.secrets import MASK, Redactor, is_secret_name
from core.config.snowflake_options import PREFIX as SNOW_PREFIX
from core.config.sources import LIMIT, NAMES, SettingValue, collect
from core.text import _, clean

_OTHERS = ("DROPSHIP_REPORTS_DIR", "DROPSHIP_PIPELINE")
"""Settings that begin like a limit and are none."""
_NOT_SET = "–"
_DEFAULTS = Settings()


@dataclass(frozen=True)
class EffectiveSetting:
    """One setting. value: harmless, masked. where: `environment`, file and line, or the default.

    by_option: an option of the command line gave it. fixed: an option or the environment has it, so
    that no file can change it. at_once: a change takes effect in the running process. pending:
    changed since this process began, which goes on with the old value.
    """

    name: str
    value: str
    where: str
    by_option: bool = False
    fixed: bool = False
    at_once: bool = False
    pending: bool = False

    @property
    def secret(self) -> bool:
        """Whether its value is never shown."""
        return is_secret_name(self.name)


def given_settings(env_file: Path | None, environ: Mapping[str, str]) -> Mapping[str, SettingValue]:
    """Return what is given. Errors: SettingsError for a file that cannot be read."""
    try:
        file = read_env_file(env_file or DEFAULT_ENV_FILE, environ)
    except FileNotFoundError:
        file = None
    return collect(file, environ).values


def sources(env_file: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return where each setting that is given comes from, by its name; never its value."""
    return {name: found.where for name, found in given_settings(env_file, environ).items()}


def effective_settings(
    settings: Settings, where: Mapping[str, str]
) -> tuple[EffectiveSetting, ...]:
    """Return every setting. where: see `sources`."""
    mask = Redactor(settings.secrets)
    kafka, snow = settings.kafka, settings.snowflake
    rows: list[tuple[str, object]] = [
        ("--data-dir", settings.paths.data),
        ("DROPSHIP_REPORTS_DIR", settings.paths.reports),
        ("--timeout", f"{settings.timeout_s:g} s"),
        ("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers or _("none: embedded broker")),
        ("KAFKA_TOPIC", kafka.topic),
        ("KAFKA_GROUP_ID", kafka.group_id),
    ]
    if kafka.watch_group_id is not None:
        rows.append(("KAFKA_WATCH_GROUP_ID", kafka.watch_group_id))
    for name, value in kafka.client.items():
        rows.append(
            (PREFIX + name.replace(".", "_").upper(), MASK if is_secret_name(name) else value)
        )
    if snow is None:
        rows.append(("SNOW_ACCOUNT", _("none: DuckDB in the data directory")))
    else:
        rows += [
            ("SNOW_ACCOUNT", snow.account),
            ("SNOW_USER", snow.user),
            ("SNOW_AUTHENTICATOR", snow.login.kind),
            ("SNOW_ROLE", snow.role or "–"),
            ("SNOW_WAREHOUSE", snow.warehouse),
            ("SNOW_DATABASE", snow.database),
            ("SNOW_TRANSFORM", snow.transform),
            ("SNOW_TASK_COMPUTE", snow.tasks.compute),
            ("SNOW_TASK_INTERVAL_S", f"{snow.tasks.interval_s} s"),
        ]
        if snow.tasks.error_integration:
            rows.append(("SNOW_ALERT_INTEGRATION", snow.tasks.error_integration))
        if snow.tasks.mail_to:
            rows.append(("SNOW_ALERT_EMAIL", ", ".join(snow.tasks.mail_to)))
        rows += [
            (SNOW_PREFIX + name.upper(), MASK if is_secret_name(name) else value)
            for name, value in snow.options.items()
        ]
    if snow is None:
        rows.append(("DUCKDB_MEMORY_LIMIT_MB", str(settings.duckdb_memory_limit_mb)))
    rows += [("SNOW_SCHEMA", settings.schema), ("LOG_LEVEL", settings.log_level)]
    limits = settings.thresholds
    own = limits.own(settings.pipeline.definition.thresholds)
    rows += [
        (f"{LIMIT}{field.upper()}", value) for field, value in (limits.model_dump() | own).items()
    ]
    rows += _unset([name for name, _value in rows], where)
    options = _given_by_options(settings, where)
    return tuple(
        EffectiveSetting(
            name,
            mask(clean(value, 300)),
            where.get(name, ""),
            by_option=name in options,
            fixed=name.startswith("--") or name in options,
            at_once=takes_effect_at_once(name),
        )
        for name, value in rows
    )


def _given_by_options(settings: Settings, where: Mapping[str, str]) -> Collection[str]:
    """Return what differs from its default and was not set elsewhere: only an option does that."""
    paths, usual = settings.paths, _DEFAULTS.paths
    told = {
        "--data-dir": paths.data != usual.data,
        "--timeout": settings.timeout_s != _DEFAULTS.timeout_s,
        "DROPSHIP_REPORTS_DIR": "DROPSHIP_REPORTS_DIR" not in where
        and paths.reports not in {usual.reports, paths.data / usual.reports},
    }
    return {name for name, given in told.items() if given}


def takes_effect_at_once(name: str) -> bool:
    """Return whether a setting is a limit of alerts or checks: the others need a restart."""
    return name.startswith(LIMIT) and name not in _OTHERS


def _unset(named: Collection[str], where: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the settings that are not told yet: what is given beside, and what is not set."""
    for name in NAMES:
        if name not in named:
            secret = is_secret_name(name)
            yield name, (MASK if secret else _("set")) if name in where else _NOT_SET
