"""Every setting the core knows, as one frozen object; `core.config.load` fills it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr

from core.config.engine import DUCKDB, SNOWFLAKE, Engine
from core.config.secrets import is_secret_name
from core.config.thresholds import Thresholds
from core.pipeline.folder import Pipeline, builtin


@dataclass(frozen=True)
class Paths:
    """Where state lies. All of it is under `data`; reports have a place of their own."""

    data: Path = Path("data")
    reports: Path = Path("reports")

    @property
    def seed(self) -> Path:
        """Folder of the generated CSV files."""
        return self.data / "seed"

    @property
    def warehouse_file(self) -> Path:
        """The embedded warehouse."""
        return self.data / "warehouse.duckdb"

    @property
    def warehouse_lock(self) -> Path:
        """Names the process that holds the embedded warehouse."""
        return self.data / "warehouse.lock"

    @property
    def broker_file(self) -> Path:
        """How other processes find the embedded broker."""
        return self.data / "broker.json"

    @property
    def broker_lock(self) -> Path:
        """Names the process that runs the embedded broker."""
        return self.data / "broker.lock"

    @property
    def service_lock(self) -> Path:
        """Names the process that runs the pipeline as a service."""
        return self.data / "service.lock"

    @property
    def producer_lock(self) -> Path:
        """Names the process that may publish to the embedded broker."""
        return self.data / "producer.lock"

    @property
    def injected(self) -> Path:
        """Folder of the answer keys: what fault injection did."""
        return self.data / "injected"

    @property
    def log_file(self) -> Path:
        """The structured log."""
        return self.data / "logs" / "dropship.log"


@dataclass(frozen=True)
class RegistrySettings:
    """How to reach the schema registry. url: one, or several that are tried in turn, with commas.

    ca_location: file of the certificates that its own is signed by; None: those of certifi.
    """

    url: str
    user: str | None = None
    password: SecretStr | None = None
    ca_location: Path | None = None


@dataclass(frozen=True)
class KafkaSettings:
    """The topic, the group, and how to reach the cluster.

    bootstrap_servers: None means the embedded broker. client: librdkafka settings given as
    KAFKA_CONF_<NAME> (dots as underscores), secrets among them, so it is never printed.
    topic_partitions: with how many a missing topic is made; None makes none. topic_replication:
    copies of each, -1 the cluster's default.
    """

    bootstrap_servers: str | None = None
    topic: str = "orders_topic"
    group_id: str = "snowflake-consumer-group"
    client: Mapping[str, str] = field(default_factory=dict, repr=False)
    topic_partitions: int | None = None
    topic_replication: int = -1
    watch_group_id: str | None = None
    registry: RegistrySettings | None = None

    @property
    def watched_group(self) -> str:
        """The group whose progress is shown: that of an engine where one stores the events."""
        return self.watch_group_id or self.group_id


@dataclass(frozen=True)
class SnowflakeLogin:
    """How to prove who one is. Exactly the fields that `kind` needs are set; secrets never print.

    kind: the connector's name in small letters: `snowflake_jwt` (key pair),
    `programmatic_access_token`, `oauth`, `oauth_client_credentials`, `oauth_authorization_code`,
    `workload_identity`, `externalbrowser`, `username_password_mfa`, `snowflake` (password alone),
    or `connection` (all of it stands in connections.toml).
    """

    kind: str
    private_key_file: Path | None = None
    passphrase: SecretStr | None = None
    token: SecretStr | None = None
    password: SecretStr | None = None
    passcode: SecretStr | None = None
    workload_provider: str | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value of it."""
        held = (self.passphrase, self.token, self.password, self.passcode)
        return tuple(secret.get_secret_value() for secret in held if secret is not None)


@dataclass(frozen=True)
class SnowflakeTasks:
    """The tasks inside Snowflake, as `setup` and `export-connector` write them.

    compute: `warehouse`, or `serverless` for Snowflake's own. interval_s: least seconds between two
    starts of a task. error_integration: the notification integration that failed runs are sent to.
    mail_to: addresses that an alert writes to. Without the last two, nothing is sent.
    """

    compute: str = "warehouse"
    interval_s: int = 60
    error_integration: str | None = None
    mail_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class SnowflakeSettings:
    """How to reach Snowflake. Identifiers are checked; secrets never print.

    connection_name: of a section of connections.toml, which then holds account, user and login.
    options: the connector's own, given as SNOW_CONNECT_<NAME>, secrets among them. transform: who
    merges: `auto`, `procedure`, `task` or `client`. worker_user: whom the scripts of `setup` make;
    None: the default name.
    """

    account: str
    user: str
    login: SnowflakeLogin = field(default_factory=lambda: SnowflakeLogin("snowflake"))
    role: str | None = None
    warehouse: str = "mon_entrepot"
    database: str = "ma_base"
    connection_name: str | None = None
    options: Mapping[str, str | int | bool] = field(default_factory=dict, repr=False)
    transform: str = "auto"
    worker_user: str | None = None
    tasks: SnowflakeTasks = field(default_factory=SnowflakeTasks)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, of the login and of the options."""
        options = (str(value) for name, value in self.options.items() if is_secret_name(name))
        return (*self.login.secrets, *options)


@dataclass(frozen=True)
class Settings:
    """All settings of one process. timeout_s: how long to wait for a broker or warehouse.

    job: what this process is for, as Snowflake shows it beside its queries.

    pipeline: what is operated: its definition and its SQL.

    duckdb_memory_limit_mb: what the embedded warehouse may hold in memory.

    warnings: one line each, for the person, about settings that work and should not stay.
    """

    paths: Paths = field(default_factory=Paths)
    kafka: KafkaSettings = field(default_factory=KafkaSettings)
    snowflake: SnowflakeSettings | None = None
    pipeline: Pipeline = field(default_factory=builtin, repr=False)
    schema: str = "mon_schema"
    duckdb_memory_limit_mb: int = 384
    thresholds: Thresholds = field(default_factory=Thresholds)
    log_level: str = "INFO"
    timeout_s: float = 30.0
    job: str = "console"
    warnings: tuple[str, ...] = ()

    @property
    def broker_label(self) -> str:
        """`embedded` or `kafka`, as results and screens name it."""
        return "embedded" if self.kafka.bootstrap_servers is None else "kafka"

    @property
    def engine(self) -> Engine:
        """What the warehouse is."""
        return DUCKDB if self.snowflake is None else SNOWFLAKE

    @property
    def warehouse_label(self) -> str:
        """`duckdb` or `snowflake`, as results and screens name it."""
        return self.engine.name

    @property
    def warehouse_mark(self) -> str:
        """What a consumer's commits carry as metadata: in which warehouse the records are stored.

        A group has one commit a partition, whoever makes it. This tells those that prove something
        here from those of a member that stores elsewhere; it is a digest and names no account.
        """
        where: tuple[object, ...] = (self.paths.warehouse_file.resolve(),)
        if (snow := self.snowflake) is not None:
            where = (snow.account.lower(), snow.connection_name, snow.database.lower())
        name = repr((self.warehouse_label, *map(str, where), self.schema.lower()))
        return f"dropship:{sha256(name.encode()).hexdigest()[:16]}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the mask that all outputs pass; never for showing."""
        values = [value for name, value in self.kafka.client.items() if is_secret_name(name)]
        registry = self.kafka.registry
        if registry is not None and registry.password is not None:
            values.append(registry.password.get_secret_value())
        if self.snowflake is not None:
            values.extend(self.snowflake.secrets)
        return tuple(values)
