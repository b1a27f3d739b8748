"""`freshness`: how long ago the newest order was ingested."""

from core.text import _
from core.text.figures import span
from core.validation.context import CheckContext, nothing_to_check, over
from core.validation.model import CheckResult, Status, utc

NAME = "freshness"


def check(context: CheckContext) -> CheckResult:
    """Compare the age of the newest order with the thresholds.

    A clock that went back would make the age negative: it then counts as zero.
    """
    orders, newest, newest_event = context.one("validate_freshness")
    figures: dict[str, object] = {"newest_order": newest, "newest_raw_event": newest_event}
    if not orders or newest is None:
        return nothing_to_check(NAME, _("no orders"), {"age_s": None, **figures})
    age = max((context.now - utc(newest)).total_seconds(), 0.0)
    limits = context.thresholds
    status = over(age, limits.freshness_warn_s, limits.freshness_fail_s)
    message = _("the newest order was ingested {age} ago").format(age=span(age))
    if status > Status.PASS:
        limit = limits.freshness_fail_s if status is Status.FAIL else limits.freshness_warn_s
        message += _(", more than {limit}").format(limit=span(limit))
    return CheckResult.of(NAME, status, message, {"age_s": round(age, 3), **figures})
