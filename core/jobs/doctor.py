"""`doctor`: checks configuration, connections, versions, permissions; says how to fix each."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.doctor.model import Finding, Status
from core.doctor.run import CHECK_NAMES, examine
from core.errors import ConfigError
from core.jobs.base import JobContext, Summary
from core.jobs.options import NoOptions
from core.text import _, ngettext
from core.text.amounts import errors, warnings

Options = NoOptions


@dataclass(frozen=True)
class DoctorResult:
    """What each check found, in the order they were made."""

    findings: Sequence[Finding]

    @property
    def bad(self) -> str:
        """The checks that failed, one line."""
        failed = [one.name for one in self.findings if one.status is Status.FAIL]
        if not failed:
            return ""
        return ngettext(
            "{count} check failed: {names}", "{count} checks failed: {names}", len(failed)
        ).format(count=len(failed), names=", ".join(failed))

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {"checks": _as_json(self.findings)}

    def summary(self) -> Summary:
        """Return a line for each check, with its hint below, and a count."""
        width = max(len(name) for name in (*CHECK_NAMES, *(one.name for one in self.findings)))
        lines: list[str] = []
        for one in self.findings:
            lines.append(f"{one.status.value:<4}  {one.name:<{width}}  {one.detail}")
            if one.hint:
                lines.append(" " * (width + 8) + _("hint: {hint}").format(hint=one.hint))
        counts = {status: sum(one.status is status for one in self.findings) for status in Status}
        lines.append(
            _("{ok} ok, {warnings}, {errors}").format(
                ok=counts[Status.OK],
                warnings=warnings(counts[Status.WARN]),
                errors=errors(counts[Status.FAIL]),
            )
        )
        return Summary(lines=tuple(lines))


def run(context: JobContext, _options: Options) -> DoctorResult:
    """Look at everything, within `--timeout` seconds.

    Errors: ConfigError, after all was looked at and shown, when a setting is wrong.
    """
    findings = examine(
        context.settings,
        clock=context.clock,
        problems=context.problems,
        progress=context.progress,
        cancelled=context.cancelled,
        found=lambda so_far: context.note({"checks": _as_json(so_far)}),
    )
    result = DoctorResult(findings)
    if context.problems:
        context.show(result)
        raise ConfigError(result.bad, hint=_("each check names its fix"))
    return result


def _as_json(findings: Sequence[Finding]) -> list[dict[str, object]]:
    return [
        {"name": one.name, "status": one.status, "detail": one.detail, "hint": one.hint}
        for one in findings
    ]
