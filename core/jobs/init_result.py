"""What `init` gives back: what was looked at, what was written, what differs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.inference.drift import Difference, DriftWatch
from core.inference.fields import Inferred
from core.inference.profile import Profile
from core.inference.references import FoundReference
from core.inference.roles import Roles
from core.jobs.base import Summary, Table
from core.pipeline.folder import FILE
from core.registry.fields import Described
from core.text import _, clean, ngettext
from core.text.number_format import count, percent


@dataclass(frozen=True)
class SchemaResult:
    """The JSON Schema of `pipeline.toml`."""

    schema: dict[str, object]
    bad: str = ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {"schema": self.schema}

    def summary(self) -> Summary:
        """Return the schema as a file of its own would hold it."""
        text = json.dumps(self.schema, indent=2, ensure_ascii=False)
        return Summary(lines=tuple(text.splitlines()))


@dataclass(frozen=True)
class Looked:
    """A sample that was read to its end. source: where it came from, for results.

    drift: what it has beyond a definition, where it was compared with one. known: what a schema of
    the records says of their fields.
    """

    profile: Profile
    source: dict[str, object]
    largest: int
    drift: DriftWatch | None = None
    known: Sequence[Described] = ()


@dataclass(frozen=True)
class InitResult:
    """What was found. files: names within the folder; none where it was there before.

    differences: of the sample from the folder that was there. references: tables from CSV files.
    """

    folder: Path
    looked: Looked
    files: Sequence[str] = ()
    inferred: Sequence[Inferred] = ()
    roles: Roles | None = None
    differences: Sequence[Difference] | None = None
    references: Sequence[FoundReference] = ()
    bad: str = field(default="", init=False)

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        profile, roles = self.looked.profile, self.roles
        return {
            "folder": self.folder,
            "created": bool(self.files),
            "files": list(self.files),
            "source": self.looked.source,
            "sampled": profile.sampled,
            "tombstones": profile.tombstones,
            "unreadable": [
                {"reason": reason, "count": number, "first": first}
                for reason, (number, first) in profile.unreadable.items()
            ],
            "fields": [_field_record(one) for one in self.inferred],
            "key": None if roles is None else roles.key.path,
            "time": None if roles is None or roles.time is None else roles.time.path,
            "type": None if roles is None or roles.type is None else roles.type.path,
            "types": [] if roles is None else list(roles.types),
            "version": [] if roles is None else [one.path for one in roles.version],
            "references": [_reference_record(one) for one in self.references],
            "drift": None if self.differences is None else _drift_record(self.differences),
        }

    def summary(self) -> Summary:
        """Return what was found, and what comes next."""
        lines = found_lines(self.looked)
        if self.differences is not None:
            return Summary(lines=(*lines, *self._compared()))
        roles = self.roles
        if roles is None:
            raise AssertionError("a folder was written, or compared")
        time = _("time of arrival") if roles.time is None else clean(roles.time.path, 80)
        told = [
            _("key: {key}; time: {time}").format(key=clean(roles.key.path, 80), time=time),
            ngettext(
                "{folder} is written with {count} file",
                "{folder} is written with {count} files",
                len(self.files),
            ).format(folder=clean(self.folder), count=count(len(self.files))),
            *map(_reference_line, self.references),
            _("review {file}, then: dropship --pipeline {folder} --run consume").format(
                file=clean(self.folder / FILE), folder=clean(self.folder)
            ),
        ]
        rows = [
            (one.path, str(one.type), percent(one.share), _("; ").join(one.doubts))
            for one in self.inferred
        ]
        table = Table((_("field"), _("type"), _("present"), _("doubts")), rows)
        return Summary(lines=(*lines, *told), tables=(table,))

    def _compared(self) -> tuple[str, ...]:
        folder = clean(self.folder)
        if not self.differences:
            return (_("{folder} is there and fits; nothing was changed").format(folder=folder),)
        told = _("{folder} is there and was not changed; the records differ from it:")
        return (told.format(folder=folder), *(one.line for one in self.differences))


def _field_record(one: Inferred) -> dict[str, object]:
    return {
        "path": one.path,
        "type": str(one.type),
        "column": one.column,
        "required": one.required,
        "share": round(one.share, 6),
        "one_of": list(one.one_of),
        "doubts": list(one.doubts),
    }


def _reference_record(one: FoundReference) -> dict[str, object]:
    return {
        "name": one.name,
        "file": str(one.file),
        "rows": one.rows,
        "key": one.key,
        "field": one.field,
        "columns": [
            {
                "name": column.name,
                "type": str(column.type),
                "required": column.required,
                "doubts": list(column.doubts),
            }
            for column in one.columns
        ],
        "doubts": list(one.doubts),
    }


def _reference_line(one: FoundReference) -> str:
    return _("{name}: {file}, key {key}; {doubts}").format(
        name=one.name, file=clean(one.file), key=one.key, doubts=_("; ").join(one.doubts)
    )


def _drift_record(differences: Sequence[Difference]) -> dict[str, object]:
    return {
        kind: [one.fields() for one in differences if one.kind == kind]
        for kind in ("new", "missing", "changed")
    }


def found_lines(looked: Looked) -> tuple[str, ...]:
    """Return what to say of a sample: its size, its form, and what could not be read."""
    profile, source = looked.profile, looked.source
    lines = [
        ngettext(
            "{count} record of {what} was looked at",
            "{count} records of {what} were looked at",
            profile.sampled,
        ).format(count=count(profile.sampled), what=clean(source["name"], 120))
    ]
    if source.get("delimiter"):
        lines.append(
            _("CSV, its values are parted by {delimiter}").format(delimiter=source["delimiter"])
        )
    lines += [
        _("{number} could not be read: {reason}; the first is {where}").format(
            number=count(number), reason=reason, where=first
        )
        for reason, (number, first) in profile.unreadable.items()
    ]
    return tuple(lines)
