"""The strip: one row of truth that fits and does not move."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts.model import Alert, Level
from core.consumer.snapshot import ConsumerSnapshot
from core.merge.snapshot import MergeSnapshot
from core.operations.history import Sample
from core.operations.poller import Reading
from core.operations.snapshot import ExternalActivity, Watch
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.validation.model import Status, ValidationResult
from core.warehouse.backlog import MergeBacklog
from core.workers import RunState
from tests.support.moments import NOW, frame, moment
from tui.styled_text import plain_line
from tui.views.strip import strip

WIDTHS = (40, 60, 72, 80, 100, 112, 120, 132, 160, 200)
CHECKED = TaskSnapshot(result=ValidationResult(NOW, Status.PASS, (), 1.0))
ALERT = Alert("lag", Level.BAD, Level.BAD, "many", NOW)


def busy(rate, lag, behind=0.0, **changes):
    return moment(
        producer=ProducerSnapshot(state=RunState.RUNNING, rate_actual=rate),
        consumer=ConsumerSnapshot(state=RunState.RUNNING, rate=rate, lag={0: lag}),
        behind_s=behind,
        validation=CHECKED,
        history=(Sample(NOW, rate, rate, lag, None, None, None),),
        **changes,
    )


def shown(now, width=120, **options):
    (row,) = strip(now, frame(width, **options))
    return row


def looks(row):
    return [(span.text.strip(), span.role) for span in row.spans]


def columns(row, words):
    return [row.text.index(word) for word in words]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("code", ["en", "fr"])
def test_it_is_one_row_of_exactly_the_width(width, plain, code):
    for now in (moment(), busy(1_234_567.0, 9_999_999, 100_000.0, alerts=(ALERT,) * 3)):
        row = shown(now, width, plain=plain, code=code)
        assert row.width == width


@pytest.mark.parametrize("width", [80, 120, 160])
def test_figures_that_change_move_nothing(width):
    few, many = shown(busy(7.5, 0), width), shown(busy(123_456.0, 999_999, 59.0), width)
    places = ["PASS", *(["14:05:31Z"] if width > 80 else []), "lag", "cons", "merge"]
    assert columns(few, places) == columns(many, places)


def test_a_wide_strip_tells_everything():
    assert "embedded · duckdb" in shown(busy(1_204.0, 6, 0.0, alerts=(ALERT,)), 160).text
    text = shown(busy(1_204.0, 6, 0.0, alerts=(ALERT,)), 140).text
    for part in ("producer 1,204/s", "topic lag 6 · 0.0 s", "✓ PASS 0 s old", "▲ 1"):
        assert part in text


@pytest.mark.parametrize("width", [w for w in WIDTHS if w >= 80])
def test_the_strip_is_the_pipeline_in_the_order_of_its_flow(width):
    merge = MergeSnapshot(state=RunState.RUNNING, backlog=MergeBacklog(12, NOW))
    text = shown(busy(1_204.0, 6, merge=merge, alerts=(ALERT,)), width).text
    flow, _gap, _rest = text.partition("▲")
    stages = [part.strip() for part in flow.split("▶")]
    assert [part.split()[0] for part in stages[1:]] == [
        *["topic" if "topic" in text else "lag", "●", "●", "✓"]
    ]
    for stage, part in zip(stages, ("prod", "lag 6", "cons", "merge 12", "✓"), strict=True):
        assert part in stage
    if width >= 112:
        assert "PASS 0 s old" in stages[4]


@pytest.mark.parametrize("seconds", [5, 45, 59 * 60, 23 * 3_600])
@pytest.mark.parametrize("status", list(Status))
def test_no_age_of_a_verdict_is_cut(status, seconds):
    result = ValidationResult(NOW - timedelta(seconds=seconds), status, (), 1.0)
    told = shown(moment(validation=TaskSnapshot(result=result)), 120).text
    assert status.name in told
    assert "…" not in told


@pytest.mark.parametrize("width", WIDTHS)
def test_each_stage_of_the_strip_opens_its_pane(width):
    row = shown(busy(1_204.0, 6, alerts=(ALERT,)), width)
    found = [span.action for span in row.spans if span.action]
    names = ("producer", "consumer", "consumer", "warehouse", "validation", "alerts")
    assert list(dict.fromkeys(found)) == [
        f"screen.choose('{name}')" for name in dict.fromkeys(names)
    ]


def test_a_narrow_strip_keeps_rates_lag_and_alerts():
    text = shown(busy(1_204.0, 6, alerts=(ALERT,)), 40).text
    assert text.count("1,204/s") == 2
    assert "lag 6 " in text
    assert "▲ 1" in text


def test_an_acknowledged_alert_is_dim_and_a_new_one_counts_alone():
    seen = replace(ALERT, acknowledged_at=NOW)
    over = replace(ALERT, cleared_at=NOW)

    def roles(*alerts):
        return [(span.text.strip(), span.role) for span in shown(moment(alerts=alerts)).spans]

    assert ("▲ 1", "dim") in roles(seen)
    assert ("▲ 1", "bad") in roles(seen, ALERT)
    assert ("▲ 1", "wait") in roles(replace(ALERT, level=Level.WARN))
    assert not any("▲" in text for text, _role in roles(over))


@pytest.mark.parametrize("width", [60, 80, 112, 120, 160])
def test_the_merge_is_a_stage_beside_the_consumer_with_its_backlog(width):
    merge = MergeSnapshot(state=RunState.FAILED, backlog=MergeBacklog(12_345, NOW))
    row = shown(busy(1_204.0, 6, merge=merge), width)
    assert ("12.3k", "bad") in looks(row)
    assert ("✗", "bad") in looks(row)
    running = replace(merge, state=RunState.RUNNING)
    assert ("12.3k", "text") in looks(shown(busy(1.0, 6, merge=running), width))
    late = Alert("merge", Level.WARN, Level.WARN, "late", NOW)
    told = shown(busy(1.0, 6, merge=running, alerts=(late,)), width)
    assert ("12.3k", "wait") in looks(told)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("read_only", [False, True])
def test_the_sign_of_the_merge_is_always_there(width, read_only):
    if width == 72 and read_only:
        return  # too many words for it
    merge = MergeSnapshot(state=RunState.FAILED)
    row = shown(busy(1_204.0, 6, merge=merge, read_only=read_only, alerts=(ALERT,)), width)
    assert "✗" in row.text
    assert "▲ 1" in row.text


def test_workers_of_others_are_told_from_our_own():
    row = shown(moment(external=ExternalActivity(produced=100.0)))
    assert "◎ producer 100/s" in row.text
    assert "○ consumer idle" in row.text


def test_lag_that_is_not_known_is_not_zero():
    assert "lag ? " in shown(moment(watch=Reading(error="away"))).text
    assert "lag 42 " in shown(moment(watch=Reading(Watch(lag={0: 42})))).text


def test_read_only_is_marked():
    assert "read-only" in shown(moment(read_only=True), 80).text
    assert "read-only" not in shown(moment(), 80).text


def test_ascii_only_means_that():
    row = shown(busy(5.0, 5, alerts=(ALERT,)), 160, plain=True)
    assert plain_line(row).text.isascii()
    assert plain_line(row).width == row.width


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_of_a_service_that_does_not_answer_nothing_is_said_to_be_idle(width):
    told = "".join(span.text for span in shown(moment(attached=True, unreached=True), width).spans)
    assert len(told) == width
    assert "?" in told
    assert "idle" not in told
    assert "attached" not in told.replace("detached", "")
    if width >= 120:
        assert "detached" in told
        assert "merge ?" in told
