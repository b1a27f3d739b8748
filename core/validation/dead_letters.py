"""`dead_letters`: how many records could not be used, and why."""

from core.remedies import REPLAY
from core.text import _, ngettext
from core.text.number_format import count, percent
from core.validation.context import CheckContext, fraction, grade, nothing_to_check
from core.validation.model import CheckResult, Status

NAME = "dead_letters"
_KEYS = (
    "event_id",
    "stage",
    "reason",
    "detail",
    "topic",
    "partition",
    "offset",
    "received_at",
)


def check(context: CheckContext) -> CheckResult:
    """Compare dead letters that wait with all records read.

    Replayed ones are fixed, dismissed ones decided on: both are counted apart.
    """
    records, waiting, replayed, dismissed = 0, 0, 0, 0
    reasons: dict[str, int] = {}
    for read, _stage, reason, open_letters, fixed, given_up in context.warehouse.rows(
        "validate_dead_letters"
    ):
        records = int(read)
        replayed += int(fixed)
        dismissed += int(given_up)
        waiting += int(open_letters)
        if open_letters:
            reasons[str(reason)] = reasons.get(str(reason), 0) + int(open_letters)
    share = fraction(waiting, records)
    figures = {
        "records": records,
        "dead_letters": waiting,
        "fraction": round(share, 6),
        "replayed": replayed,
        "dismissed": dismissed,
        "by_reason": reasons,
    }
    if not records:
        return nothing_to_check(NAME, _("no record was read yet"), figures)
    if not waiting:
        return CheckResult.of(NAME, Status.PASS, _("no pending dead letters"), figures)
    limits = context.thresholds
    status = grade(share, limits.dead_letters_warn, limits.dead_letters_fail)
    message = ngettext(
        "{count} dead letter ({share} of the records): {reasons}",
        "{count} dead letters ({share} of the records): {reasons}",
        waiting,
    ).format(
        count=count(waiting),
        share=percent(share),
        reasons=", ".join(f"{reason} {count(number)}" for reason, number in reasons.items()),
    )
    rows = context.dicts("validate_dead_letters_rows", _KEYS)
    remedies = (REPLAY,) if status > Status.PASS else ()
    return CheckResult.of(NAME, status, message, figures, rows, remedies=remedies)
