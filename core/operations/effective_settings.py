"""The settings in force as a person may see them: secrets masked, each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.config import Settings
from core.config.envfile import read_env_file
from core.config.kafka_conf import PREFIX
from core.config.load import DEFAULT_ENV_FILE
from core.config.secrets import MASK, Redactor, is_secret_name
from core.config.snowflake_options import PREFIX as SNOW_PREFIX
from core.config.sources import LIMIT, collect
from core.text import _, clean


@dataclass(frozen=True)
class EffectiveSetting:
    """One setting. value: harmless, masked. where: `environment`, file and line, or the default."""

    name: str
    value: str
    where: str


def sources(env_file: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return where each setting that is given comes from, by its name; never its value."""
    try:
        file = read_env_file(env_file or DEFAULT_ENV_FILE, environ)
    except OSError:
        file = None
    return {name: found.where for name, found in collect(file, environ).values.items()}


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
    return tuple(
        EffectiveSetting(name, mask(clean(value, 300)), where.get(name, "")) for name, value in rows
    )
