"""`schema_drift`: the newest records are laid out as the definition says.

Raw events show fields that are new, dead letters those that are missing or of another type: what a
definition does not allow is refused before it is stored. So the newest of both are looked at, dead
letters as far back as the oldest of these events. It warns, and never fails: what cannot be used is
for `dead_letters`.
"""

from collections.abc import Iterator
from datetime import datetime

from core.pipeline.drift import DriftFinder, DriftFinding, read_events
from core.text import _
from core.text.number_format import count, percent
from core.validation.context import CheckContext, fraction, nothing_to_check
from core.validation.model import MAX_ROWS, CheckResult, Status

NAME = "schema_drift"
EVENTS, LETTERS = 1_000, 500
"""The newest records that are looked at."""
MAX_BYTES = 65_536
"""Larger records are left out, so that a look takes little memory."""
_NAMED = 3


def check(context: CheckContext) -> CheckResult:
    """Compare a sample of the newest records with the fields of the definition."""
    finder = DriftFinder(context.definition)
    events, letters = _sample(context)
    unreadable = 0
    for event in read_events(iter([*events, *letters])):
        if event is None:
            unreadable += 1
        else:
            finder.add(event)
    findings, never_seen = finder.findings, finder.never_seen
    share = fraction(finder.departed, finder.records)
    figures: dict[str, object] = {
        "raw_events": len(events),
        "dead_letters": len(letters),
        "unreadable": unreadable,
        "departed": finder.departed,
        "share": round(share, 6),
        "new_fields": _paths(findings, "new_field"),
        "missing_fields": _paths(findings, "missing_field"),
        "changed_types": _paths(findings, "changed_type"),
        "never_seen": never_seen[:MAX_ROWS],
    }
    if not events and not letters:
        return nothing_to_check(NAME, _("no raw events and no dead letters"), figures)
    if not finder.records:
        return nothing_to_check(NAME, _("none of the newest records is a JSON object"), figures)
    status = Status.WARN if share > context.thresholds.drift_warn else Status.PASS
    message = _message(finder, share)
    if never_seen:
        message = _("; ").join(
            (message, _("never seen: {list}").format(list=", ".join(never_seen[:_NAMED])))
        )
    rows = [_row(one, finder.records) for one in findings[:MAX_ROWS]]
    advice = _("what is meant to stay belongs into pipeline.toml and its SQL") if status else ""
    return CheckResult.of(NAME, status, message, figures, rows, advice=advice)


def _sample(context: CheckContext) -> tuple[list[bytes], list[bytes]]:
    """Return the newest raw events, and the dead letters that came meanwhile."""
    rows = context.warehouse.rows("drift_events", [EVENTS, MAX_BYTES])
    since: datetime | None = min((created_at for _payload, created_at in rows), default=None)
    letters = [
        _bytes(payload)
        for payload, received_at in context.warehouse.rows("drift_letters", [LETTERS, MAX_BYTES])
        if since is None or received_at >= since
    ]
    return [_bytes(payload) for payload, _created_at in rows], letters


def _bytes(payload: str | bytes | bytearray) -> bytes:
    return payload.encode(errors="surrogatepass") if isinstance(payload, str) else bytes(payload)


def _message(finder: DriftFinder, share: float) -> str:
    findings = finder.findings
    if not findings:
        return _("the newest records are as the definition says: {count} looked at").format(
            count=count(finder.records)
        )
    told = list(_told(findings[:_NAMED], finder.records))
    if len(findings) > _NAMED:
        told.append(_("{count} more").format(count=count(len(findings) - _NAMED)))
    return _("{share} of the newest records depart from the definition: {list}").format(
        share=percent(share), list=", ".join(told)
    )


def _told(findings: list[DriftFinding], records: int) -> Iterator[str]:
    for one in findings:
        words = {
            "path": one.path,
            "share": percent(one.records / records),
            "found": ", ".join(one.found),
            "expected": one.expected,
        }
        if one.kind == "new_field":
            yield _("new field {path} ({share})").format(**words)
        elif one.kind == "missing_field":
            yield _("{path} is missing ({share})").format(**words)
        else:
            yield _("{path} holds {found} for {expected} ({share})").format(**words)


def _row(one: DriftFinding, records: int) -> dict[str, object]:
    return {
        "fault": one.kind,
        "field": one.path,
        "expected": one.expected or None,
        "found": ", ".join(one.found) or None,
        "records": one.records,
        "share": round(one.records / records, 6),
        "examples": ", ".join(one.examples),
    }


def _paths(findings: list[DriftFinding], kind: str) -> list[str]:
    return [one.path for one in findings if one.kind == kind][:MAX_ROWS]
