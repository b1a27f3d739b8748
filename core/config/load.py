"""From the environment and a `.env` file to Settings, or to one line for each thing that is wrong.

The process environment wins over the file; a name that is set to nothing counts as not set, so
`KAFKA_BOOTSTRAP_SERVERS= dropship ...` forces the embedded broker whatever the file says.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from core.config import validators
from core.config.cautions import exposure, privileges
from core.config.envfile import EnvFile, read_env_file
from core.config.errors import Problem, SettingsError
from core.config.folders import check_folder
from core.config.kafka_conf import PREFIX, client_problems, library_name, refusal
from core.config.parser import SettingsParser, identifier
from core.config.settings import KafkaSettings, Paths, RegistrySettings, Settings
from core.config.snowflake import read_snowflake
from core.config.sources import LIMIT, TAKEN, SettingValue, collect
from core.config.thresholds import Thresholds
from core.errors import ConfigError, UsageError
from core.pipeline.checks import Threshold
from core.pipeline.definition import Definition
from core.pipeline.folder import Pipeline, builtin, open_pipeline
from core.text import _, clean

DEFAULT_ENV_FILE = Path(".env")
_DEFAULTS = Settings()


@dataclass(frozen=True)
class SettingsSource:
    """Where the settings of a process come from: what `load_settings` is given, as it says."""

    env_file: Path | None = None
    data_dir: Path = _DEFAULTS.paths.data
    reports_dir: Path | None = None
    pipeline: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    timeout_s: float = _DEFAULTS.timeout_s

    @property
    def file(self) -> Path:
        """The file of settings, which may be absent."""
        return self.env_file or DEFAULT_ENV_FILE

    def load(self) -> "Settings":
        """Return checked settings. Errors: SettingsError with every problem."""
        settings, problems = self.examine()
        if problems:
            raise SettingsError(problems)
        return settings

    def examine(self) -> "tuple[Settings, tuple[Problem, ...]]":
        """Return the settings with every problem; see `examine_settings`."""
        return examine_settings(
            data_dir=self.data_dir,
            reports_dir=self.reports_dir,
            pipeline=self.pipeline,
            env_file=self.env_file,
            environ=self.environ,
            timeout_s=self.timeout_s,
        )


def load_settings(
    *,
    data_dir: Path = _DEFAULTS.paths.data,
    reports_dir: Path | None = None,
    pipeline: str | None = None,
    env_file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    timeout_s: float = _DEFAULTS.timeout_s,
) -> Settings:
    """Return checked settings.

    reports_dir: None means DROPSHIP_REPORTS_DIR, else `reports` where that can be written, else a
    folder of that name in the data directory. pipeline: its folder; None means DROPSHIP_PIPELINE,
    else that of orders.
    env_file: None means `.env`, which may be absent; a named file must exist. timeout_s: seconds
    to wait for a broker or warehouse. Errors: SettingsError (a ConfigError) with every problem.
    """
    settings, problems = examine_settings(
        data_dir=data_dir,
        reports_dir=reports_dir,
        pipeline=pipeline,
        env_file=env_file,
        environ=environ,
        timeout_s=timeout_s,
    )
    if problems:
        raise SettingsError(problems)
    return settings


def examine_settings(
    *,
    data_dir: Path = _DEFAULTS.paths.data,
    reports_dir: Path | None = None,
    pipeline: str | None = None,
    env_file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    timeout_s: float = _DEFAULTS.timeout_s,
) -> tuple[Settings, tuple[Problem, ...]]:
    """Return the settings with every problem; what is wrong has its default. See `load_settings`.

    For those who report on settings: nothing may work with the result while there are problems.
    """
    unreadable: tuple[Problem, ...] = ()
    file = None
    try:
        file = _read_file(env_file, environ)
    except SettingsError as error:
        unreadable = error.problems
    given = SettingsSource(env_file, data_dir, reports_dir, pipeline, environ, timeout_s)
    return examine_file(file, given, unreadable)


def examine_file(
    file: EnvFile | None, given: SettingsSource, unreadable: tuple[Problem, ...] = ()
) -> tuple[Settings, tuple[Problem, ...]]:
    """Return what `examine_settings` does for a file that is read, or about to be written."""
    environ, pipeline = given.environ, given.pipeline
    data_dir, reports_dir = given.data_dir, given.reports_dir
    operated, wrong = _pipeline(collect(file, environ).values, pipeline)
    values = collect(file, environ, None if wrong else operated.definition.thresholds)
    reader = SettingsParser(values.values, [*unreadable, *values.problems, *wrong])
    kafka = _kafka(reader, operated.definition)
    schema = reader.read("SNOW_SCHEMA", operated.definition.tables.db_schema, identifier)
    memory_limit = reader.whole(
        "DUCKDB_MEMORY_LIMIT_MB", least=validators.MIN_MEMORY_MB, most=validators.MAX_MEMORY_MB
    )
    snowflake = read_snowflake(reader)
    thresholds = _thresholds(reader, operated.definition.thresholds)
    log_level = reader.read("LOG_LEVEL", _DEFAULTS.log_level, validators.log_level)
    settings = Settings(
        paths=Paths(data=data_dir, reports=reports_dir or _reports(reader, data_dir)),
        kafka=kafka,
        snowflake=snowflake,
        pipeline=operated,
        schema=schema,
        duckdb_memory_limit_mb=memory_limit or _DEFAULTS.duckdb_memory_limit_mb,
        thresholds=thresholds,
        log_level=log_level,
        timeout_s=given.timeout_s,
        warnings=(
            *values.warnings,
            *reader.warnings,
            *exposure(file),
            *privileges(values.values),
        ),
    )
    return settings, tuple(reader.problems)


def _read_file(env_file: Path | None, environ: Mapping[str, str]) -> EnvFile | None:
    try:
        return read_env_file(env_file or DEFAULT_ENV_FILE, environ)
    except FileNotFoundError as error:
        if env_file is None:
            return None
        raise SettingsError(
            [
                Problem(
                    _("--env-file {file}: there is no such file").format(file=clean(env_file)),
                    _("leave the option out, or copy .env.example to that name"),
                )
            ]
        ) from error


def _reports(reader: SettingsParser, data_dir: Path) -> Path:
    """Return where reports go when no option says so."""
    given = reader.values.get("DROPSHIP_REPORTS_DIR")
    if given is not None:
        try:
            check_folder("", Path(given.value))
        except UsageError as error:
            reader.refuse("DROPSHIP_REPORTS_DIR", error.message, error.hint)
        return Path(given.value)
    usual = _DEFAULTS.paths.reports
    where = usual if os.path.lexists(usual) else Path()
    # Effective ids: what counts is what this process may do, not who called it.
    if os.access(where, os.W_OK | os.X_OK, effective_ids=True):
        return usual
    return data_dir / usual


def _pipeline(
    given: Mapping[str, SettingValue], option: str | None
) -> tuple[Pipeline, tuple[Problem, ...]]:
    """Return the pipeline to operate; that of orders where the one that is named is wrong."""
    named = given.get("DROPSHIP_PIPELINE")
    try:
        if option is not None:
            return open_pipeline(option, TAKEN), ()
        if named is not None:
            return open_pipeline(named.value, TAKEN), ()
    except ConfigError as error:
        return builtin(), (Problem(error.message, error.hint, "DROPSHIP_PIPELINE"),)
    return builtin(), ()


def _kafka(reader: SettingsParser, pipeline: Definition) -> KafkaSettings:
    default = KafkaSettings()
    topic = pipeline.topic
    client: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, found in reader.values.items():
        if not name.startswith(PREFIX):
            continue
        library = library_name(name)
        if refused := refusal(library):
            reader.refuse(name, refused)
        else:
            client[library] = found.value
            names[library] = name
    for at_fault, reason in client_problems(client) if client else ():
        reader.refuse(
            names[at_fault or next(iter(client))],
            reason,
            _("KAFKA_CONF_SASL_PASSWORD stands for librdkafka's sasl.password, and so on"),
        )
    return KafkaSettings(
        bootstrap_servers=reader.optional("KAFKA_BOOTSTRAP_SERVERS", validators.bootstrap_servers),
        topic=reader.read("KAFKA_TOPIC", topic.name, validators.topic),
        group_id=reader.read(
            "KAFKA_GROUP_ID", topic.group or f"dropship-{pipeline.name}", validators.group_id
        ),
        client=client,
        watch_group_id=reader.optional("KAFKA_WATCH_GROUP_ID", validators.group_id),
        topic_partitions=reader.whole("KAFKA_TOPIC_PARTITIONS", most=validators.MAX_PARTITIONS),
        topic_replication=reader.whole("KAFKA_TOPIC_REPLICATION", most=validators.MAX_REPLICATION)
        or default.topic_replication,
        registry=_registry(reader),
    )


def _registry(reader: SettingsParser) -> RegistrySettings | None:
    """Return how to reach the schema registry, None where no address is set."""
    url = reader.optional("KAFKA_SCHEMA_REGISTRY_URL", validators.registry_url)
    user = reader.optional("KAFKA_SCHEMA_REGISTRY_USER", validators.registry_user)
    password = reader.values.get("KAFKA_SCHEMA_REGISTRY_PASSWORD")
    ca_location = reader.optional("KAFKA_SCHEMA_REGISTRY_CA", validators.readable_file)
    if url is None:
        return None
    if password is not None and user is None:
        reader.miss(
            "KAFKA_SCHEMA_REGISTRY_USER", _("is needed where the registry's password is set")
        )
    return RegistrySettings(
        url=url,
        user=user,
        password=None if password is None else SecretStr(password.value),
        ca_location=None if ca_location is None else Path(ca_location),
    )


def _thresholds(reader: SettingsParser, own: Mapping[str, Threshold]) -> Thresholds:
    """Return the limits of the engine, and what is set of the pipeline's own."""
    values: dict[str, float] = {}
    for limit in (*Thresholds.model_fields, *own):
        name = f"{LIMIT}{limit.upper()}"
        found = reader.values.get(name)
        if found is None:
            continue
        try:
            values[limit] = validators.threshold(limit, found.value, own.get(limit))
        except ConfigError as error:
            reader.refuse(name, error.message, error.hint)
    limits = Thresholds.model_validate(values)
    in_force = limits.model_dump() | limits.own(own)
    for limit in values:
        twin = limit.replace("_fail", "_warn")
        if twin != limit and twin in in_force and in_force[twin] > in_force[limit]:
            reader.refuse(
                f"{LIMIT}{limit.upper()}",
                _("is below DROPSHIP_{twin}, so it would fail before it warns").format(
                    twin=twin.upper()
                ),
            )
    return limits
