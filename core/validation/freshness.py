"""`freshness`: how long ago the newest row was ingested."""

from dataclasses import replace
from datetime import datetime

from core.clock import utc
from core.config import Thresholds
from core.pipeline.definition import RowWords
from core.text import _
from core.text.number_format import span
from core.validation.context import CheckContext, grade, nothing_to_check
from core.validation.model import Aging, CheckResult, Status

NAME = "freshness"


def check(context: CheckContext) -> CheckResult:
    """Compare the age of the newest row with the thresholds.

    A clock that went back would make the age negative: it then counts as zero.
    """
    rows, newest, newest_event = context.one("validate_freshness")
    words = context.definition.row
    figures: dict[str, object] = {
        newest_figure(words): newest,
        "newest_raw_event": newest_event,
    }
    if not rows or newest is None:
        what = _("no {rows}").format(rows=words.plural)
        return nothing_to_check(NAME, what, {"age_s": None, **figures})
    age = max((context.now - utc(newest)).total_seconds(), 0.0)
    limits = context.thresholds
    status = grade(age, limits.freshness_warn_s, limits.freshness_fail_s)
    told = aging(status, utc(newest), limits, words)
    figures = {"age_s": round(age, 3), **figures}
    return replace(CheckResult.of(NAME, status, told.told(context.now), figures), aging=told)


def newest_figure(words: RowWords) -> str:
    """Return the name of the figure that tells when the newest row came in."""
    return f"newest_{words.name}"


def aging(status: Status, newest: datetime, limits: Thresholds, words: RowWords) -> Aging:
    """Return what the check says, whose age grows. newest: when the newest row came in."""
    row = words.singular.replace("{", "{{").replace("}", "}}")
    text = _("the newest {row} was ingested {age} ago").format(row=row, age="{age}")
    if status > Status.PASS:
        limit = limits.freshness_fail_s if status is Status.FAIL else limits.freshness_warn_s
        text += _(", more than {limit}").format(limit=span(limit))
    return Aging(text, newest)
