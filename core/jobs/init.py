"""`init`: looks at real records and writes the folder of a pipeline that fits them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.errors import CancelledError, InputError, UsageError
from core.inference.drift import DriftWatch
from core.inference.fields import infer_fields
from core.inference.file import FileSample
from core.inference.names import plain_name
from core.inference.profile import Profile
from core.inference.records import Record
from core.inference.references import asked_references, find_reference
from core.inference.registry_sample import RegistrySample, told_by_schema
from core.inference.roles import find_roles
from core.inference.write import Draft, render, write_folder
from core.jobs.backends import open_broker
from core.jobs.base import JobContext
from core.jobs.init_result import InitResult, Looked, SchemaResult, found_lines
from core.jobs.options import InitOptions
from core.pipeline.folder import FILE, open_pipeline
from core.pipeline.read import schema as definition_schema
from core.text import _, clean

_TELL_EVERY = 256
_DELIMITERS = {"\t": "TAB"}


Options = InitOptions


def run(context: JobContext, options: Options) -> SchemaResult | InitResult:
    """Write the folder; compare the records with it where it is there.

    Errors: UsageError, InputError, BrokerError, StorageError; CancelledError, with nothing written.
    """
    if options.schema:
        return SchemaResult(definition_schema())
    folder = _folder(options)
    name = plain_name(folder.name, "pipeline")
    asked = asked_references(options.reference, name)
    definition = None
    if folder.exists():
        _refuse_references(folder, asked)
        definition = open_pipeline(str(folder)).definition
    looked = _look(context, options, None if definition is None else DriftWatch(definition))
    profile = looked.profile
    if context.stopping:
        raise CancelledError(_("ended before the sample was read; nothing was written"))
    if looked.drift is not None:
        return InitResult(folder, looked, differences=looked.drift.found())
    fields = infer_fields(profile, typed=looked.source["format"] != "csv")
    fields = told_by_schema(fields, looked.known)
    roles = find_roles(profile, fields, key=options.key, time=options.time, name=name)
    references = [find_reference(*one, fields, context.cancelled) for one in asked]
    if context.stopping:
        raise CancelledError(_("ended before the sample was read; nothing was written"))
    draft = Draft(
        name=name,
        topic=str(options.from_topic or name),
        from_topic=options.from_topic is not None,
        format=str(looked.source["format"]) if options.from_topic is not None else "json",
        found=found_lines(looked),
        fields=fields,
        roles=roles,
        largest=looked.largest,
        references=references,
    )
    files = render(draft)
    write_folder(folder, files)
    return InitResult(folder, looked, tuple(files), fields, roles, references=references)


def _refuse_references(folder: Path, asked: Sequence[tuple[str, Path]]) -> None:
    """Refuse to add tables to a folder that is there: it is its owner's. Errors: UsageError."""
    if asked:
        raise UsageError(
            _("--reference: {folder} is there, and nothing in it is changed").format(
                folder=clean(folder)
            ),
            hint=_(
                "add [references.{name}] to {file} by hand, or give the new one another name"
            ).format(name=asked[0][0], file=clean(folder / FILE)),
        )


def _folder(options: Options) -> Path:
    """Return the folder that is named. Errors: UsageError."""
    if not options.name:
        raise UsageError(
            _("init: name the folder to write"),
            hint=_("dropship --run init NAME --from-topic TOPIC, or --from-file FILE"),
        )
    if (options.from_topic is None) == (options.from_file is None):
        raise UsageError(
            _("init: name one source of records"),
            hint=_("either --from-topic TOPIC or --from-file FILE"),
        )
    folder = Path(options.name)
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            _("{path} is not a directory").format(path=clean(folder)),
            hint=_("name a folder; it is made when it is missing"),
        )
    return folder


def _look(context: JobContext, options: Options, drift: DriftWatch | None) -> Looked:
    """Read the sample. Errors: InputError where it holds no event."""
    if options.from_topic is not None:
        looked = _look_at_topic(context, options.from_topic, options.sample, drift)
    else:
        looked = _look_at_file(context, options.from_file or Path(), options.sample, drift)
    if looked.profile.events == 0 and not context.stopping:
        name = clean(looked.source["name"], 120)
        reasons = looked.profile.unreadable.items()
        told = [f"{where}: {reason}" for reason, (_number, where) in reasons]
        raise InputError(
            _("{name}: no record holds an event ({reason})").format(
                name=name, reason=_("; ").join(told) or _("there are none")
            ),
            hint=_("events are JSON objects, one a record or a line, or rows of CSV"),
        )
    return looked


def _look_at_topic(context: JobContext, topic: str, size: int, drift: DriftWatch | None) -> Looked:
    from core.inference.topic import TopicSample  # noqa: PLC0415 - loads the Kafka client

    with open_broker(context, start_embedded=False) as broker:
        sample = TopicSample(
            broker, topic, size, clock=context.clock, timeout_s=context.settings.timeout_s
        )
        wired = RegistrySample(context.settings)
        source: dict[str, object] = {
            "kind": "topic",
            "name": topic,
            "records": sample.held,
            "partitions": sample.partitions,
        }
        task = _("reading a sample of topic {topic}").format(topic=clean(topic, 80))
        with _progress(context, task, sample.expected) as tell:
            looked = _observe(wired.records(sample.records(context.cancelled)), source, drift, tell)
        source["format"] = wired.format
        return replace(looked, known=wired.fields())


def _look_at_file(context: JobContext, file: Path, size: int, drift: DriftWatch | None) -> Looked:
    sample = FileSample(file, size)
    delimiter = sample.layout.delimiter
    source: dict[str, object] = {
        "kind": "file",
        "name": str(file),
        "format": sample.layout.format,
        "delimiter": _DELIMITERS.get(delimiter, delimiter) or None,
    }
    task = _("reading a sample of {file}").format(file=clean(file))
    with _progress(context, task, sample.expected) as tell:
        return _observe(sample.records(context.cancelled), source, drift, tell)


@contextmanager
def _progress(context: JobContext, task: str, expected: int) -> Iterator[Callable[[int], None]]:
    context.progress.start(task, expected, _("records"))
    try:
        yield lambda done: context.progress.update(task, done)
    finally:
        context.progress.finish(task)


def _observe(
    records: Iterator[Record],
    source: dict[str, object],
    drift: DriftWatch | None,
    tell: Callable[[int], None],
) -> Looked:
    profile, largest = Profile(), 0
    for record in records:
        event = profile.observe(record)
        largest = max(largest, len(record.value or b""))
        if drift is not None and event is not None:
            drift.observe(event)
        if profile.sampled % _TELL_EVERY == 0:
            tell(profile.sampled)
    tell(profile.sampled)
    return Looked(profile, source, largest, drift)
