"""`freshness`: how long ago the newest order was ingested."""

from dataclasses import replace
from datetime import datetime

from core.config import Thresholds
from core.text import _
from core.text.figures import span
from core.validation.context import CheckContext, nothing_to_check, over
from core.validation.model import Aging, CheckResult, Status, utc

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
    told = aging(status, utc(newest), limits)
    figures = {"age_s": round(age, 3), **figures}
    return replace(CheckResult.of(NAME, status, told.told(context.now), figures), aging=told)


def aging(status: Status, newest: datetime, limits: Thresholds) -> Aging:
    """Return what the check says, whose age grows. newest: when the newest order came in."""
    text = _("the newest order was ingested {age} ago")
    if status > Status.PASS:
        limit = limits.freshness_fail_s if status is Status.FAIL else limits.freshness_warn_s
        text += _(", more than {limit}").format(limit=span(limit))
    return Aging(text, newest)
