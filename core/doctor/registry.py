"""The schema registry, where one is configured or needed, and its schema beside the definition."""

from collections.abc import Iterator, Mapping

from core.doctor.model import CheckGroup, DoctorContext, Finding, fail, ok, skipped, warn
from core.errors import ConfigError
from core.pipeline.base import steps
from core.pipeline.fields import EventField
from core.registry.client import Registry, RegistryError, open_registry
from core.registry.fields import Described, described
from core.registry.wire import format_of
from core.text import _, clean

NAME = "registry"


def look_at_registry(doctor: DoctorContext) -> Iterator[Finding]:
    """Yield whether the registry answers, and what its schema lacks; nothing where none is used."""
    settings = doctor.settings
    registry = settings.kafka.registry
    needed = settings.pipeline.definition.event.format != "json"
    if NAME in doctor.unsure:
        yield skipped(NAME)
    elif registry is not None:
        try:
            yield _subject(doctor, open_registry(registry))
        except ConfigError as error:
            yield fail(NAME, error.message, error.advice)
    elif needed:
        yield fail(
            NAME,
            _("the pipeline's records need a schema registry, and none is set"),
            _("set KAFKA_SCHEMA_REGISTRY_URL"),
        )


REGISTRY = CheckGroup((NAME,), look_at_registry)


def _subject(doctor: DoctorContext, registry: Registry) -> Finding:
    """Return what there is of the topic's subject."""
    definition = doctor.settings.pipeline.definition
    subject = f"{doctor.settings.kafka.topic}-value"
    answers = _("a schema registry answers at {url}").format(url=registry.url)
    try:
        found = registry.latest(subject)
    except RegistryError as error:
        if not error.unknown:
            return fail(NAME, error.message, error.advice)
        if definition.event.format == "json":
            return ok(NAME, answers)
        return warn(
            NAME,
            _("{answers}; it has no subject {subject}").format(
                answers=answers, subject=clean(subject, 120)
            ),
            _("producers that name subjects otherwise are fine; else see that they use it"),
        )
    told = _("{answers}; {subject}: version {version}, id {id}").format(
        answers=answers, subject=clean(subject, 120), version=found.version, id=found.schema_id
    )
    format_ = format_of(found.schema)
    if format_ != definition.event.format:
        reason = _("{told}, of format {found}; the pipeline's is {expected}")
        return fail(
            NAME,
            reason.format(told=told, found=format_, expected=definition.event.format),
            _("set format in [event], or fix the producer"),
        )
    fields = described(str(found.schema.schema_str), avro=format_ == "avro")
    wrong = list(_differences(definition.fields, {one.steps: one for one in fields}))
    if wrong:
        return warn(
            NAME,
            clean(_("; ").join([told, *wrong]), 400),
            _("records of this schema may become dead letters: fix definition or schema"),
        )
    return ok(NAME, told)


def _differences(
    fields: Mapping[str, EventField], known: Mapping[tuple[str, ...], Described]
) -> Iterator[str]:
    """Yield what the schema has otherwise than the definition."""
    for path, field in fields.items():
        where, shown = steps(path), clean(path, 80)
        one = known.get(where)
        if one is None:
            if field.required and not any(where[:end] in known for end in range(1, len(where))):
                yield _("the schema lacks {field}").format(field=shown)
        elif one.type is not None and one.type.kind != field.type.kind:
            yield _("{field} is {found} in the schema, not {expected}").format(
                field=shown, found=one.type, expected=field.type
            )
        elif field.required and not one.required:
            yield _("{field} may be absent by the schema").format(field=shown)
