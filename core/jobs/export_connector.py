"""`export-connector`: writes what an existing engine needs to take over the ingestion."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.broker.identity import TopicIdentity
from core.config.client_values import choice
from core.config.folders import check_file
from core.errors import BrokerError, UsageError
from core.export.kafka_connect import connector, worker_settings
from core.export.redpanda_connect import pipeline_text
from core.export.script import sink_script
from core.export.sink import PASSPHRASE, SASL_PASSWORD, TABLE, Sink, shown, sink_of
from core.files import cannot_write, replace_file
from core.jobs.backends import open_broker
from core.jobs.base import JobContext, Summary
from core.jobs.options import Engine, ExportOptions
from core.text import _, clean

_BROKER_WAIT_S = 5.0

log = logging.getLogger(__name__)


Options = ExportOptions


@dataclass(frozen=True)
class ExportResult:
    """What was written. script: None when the topic could not be asked for its identity.

    references: where the engine finds the secrets.
    """

    engine: Engine
    sink: Sink
    config: Path
    script: Path | None
    references: Sequence[str]

    @property
    def bad(self) -> str:
        """Nothing: what cannot be written is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        sink = self.sink
        return {
            "engine": self.engine,
            "config": self.config,
            "script": self.script,
            "connector": sink.name,
            "group": sink.group,
            "topic": sink.topic,
            "table": f"{sink.database}.{sink.schema}.{TABLE}",
            "dead_letter_topic": sink.dead_letter_topic,
            "secrets": list(self.references),
        }

    def summary(self) -> Summary:
        """Return what was written and what comes next."""
        lines = [
            _("{what}: {file}").format(what=self.engine, file=clean(self.config)),
            shown(self.sink),
        ]
        if self.script is not None:
            lines.append(
                _("{file} makes the table and the task: run it first").format(
                    file=clean(self.script)
                )
            )
        lines.append(_("secrets are read from: {places}").format(places=", ".join(self.references)))
        lines.append(
            _("KAFKA_WATCH_GROUP_ID={group} lets console and metrics watch it").format(
                group=self.sink.group
            )
        )
        if self.engine == "kafka-connect":
            lines.append(_("every worker of Kafka Connect needs these lines:"))
            lines += [f"  {name}={value}" for name, value in worker_settings().items()]
        return Summary(lines=tuple(lines))


def run(context: JobContext, options: Options) -> ExportResult:
    """Write the configuration, and the SQL beside it when the broker answers.

    Errors: ConfigError for a setting that is missing; UsageError; StorageError.
    """
    settings = context.settings
    if not settings.pipeline.has_generator:
        raise UsageError(
            _(
                "export-connector: an engine can take in the events of orders alone, not of {name}"
            ).format(name=settings.pipeline.name),
            hint=_("dropship --run consume stores them"),
        )
    if options.output is not None:
        check_file("--output", options.output, makes_folder=True)
    sink_of(
        settings, engine=options.engine
    )  # what is missing is told before anything is waited for
    identity, partitions = _topic(context)
    sink = sink_of(settings, engine=options.engine, partitions=partitions)
    config = options.output or settings.paths.data / "export" / _default_name(options.engine)
    text = (
        pipeline_text(sink)
        if options.engine == "redpanda-connect"
        else json.dumps(connector(sink), indent=2) + "\n"
    )
    _write(config, text)
    script = None
    if identity is not None:
        script = config.with_suffix(".sql")
        _write(script, sink_script(settings, identity))
    return ExportResult(options.engine, sink, config, script, _references(sink, options.engine))


def _default_name(engine: Engine) -> str:
    return f"{engine}.yaml" if engine == "redpanda-connect" else f"{engine}.json"


def _references(sink: Sink, engine: Engine) -> tuple[str, ...]:
    places = [sink.key_file]
    if sink.encrypted:
        places.append(PASSPHRASE)
    # A worker of Kafka Connect has its own way to the brokers; a pipeline has it in its file.
    sasl = choice(sink.kafka, "security.protocol", "plaintext").startswith("sasl")
    if engine == "redpanda-connect" and sasl:
        places.append(SASL_PASSWORD)
    return tuple(places)


def _topic(context: JobContext) -> tuple[TopicIdentity | None, int | None]:
    """Return the topic's identity and its partitions; None where no broker tells them."""
    topic = context.settings.kafka.topic
    wait = min(context.settings.timeout_s, _BROKER_WAIT_S)
    brief = replace(context, settings=replace(context.settings, timeout_s=wait))
    try:
        with open_broker(brief, start_embedded=False) as broker:
            return broker.identity(topic), len(broker.partitions(topic))
    except BrokerError as error:
        log.warning(
            _("no SQL was written, because the topic's identity is not known: {reason}").format(
                reason=clean(error.message, 200)
            )
        )
        return None, None


def _write(file: Path, text: str) -> None:
    """Write a file: whole, or not at all. Errors: StorageError."""
    with cannot_write(file, _("name another place with --output")):
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, text.encode())
