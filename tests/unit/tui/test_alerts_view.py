"""The alerts pane: what is wrong, what was, what is watched."""

from dataclasses import replace
from datetime import timedelta

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Alert, Level, Measure
from core.config.thresholds import Thresholds
from core.operations.history import Sample
from tests.support.moments import NOW, frame, moment
from tui.panes import consumer, kpis, producer, seed
from tui.panes.alerts import AlertsPane
from tui.row_table import lay_out
from tui.views.alert_limits import limit_lines
from tui.views.alerts import alert_details, alerts_foot, alerts_head, alerts_table

LAG = Alert("lag", Level.WARN, Level.WARN, "60000 records wait", NOW - timedelta(seconds=95))
LATE = replace(LAG, rule="latency", level=Level.BAD, worst=Level.BAD, message="p95 40 s")
OVER = replace(LAG, rule="gaps", message="5 offsets", cleared_at=NOW - timedelta(seconds=5))


def text(now, width=116, height=30, **options):
    """Return head, rows and foot, as a pane of this size has room for them."""
    size = frame(width, height, **options)
    head, table = alerts_head(now, size), alerts_table(now, size)
    layout = lay_out(table.columns, width)
    rows = [layout.line(row) for row in table.rows]
    room = replace(size, height=max(height - len(head) - len(rows), 1))
    foot = alerts_foot(now, room, Thresholds())
    assert len(foot) <= room.height
    assert all(entry.width <= width for entry in (*head, *rows, *foot))
    return [entry.text.rstrip() for entry in (*head, *rows, *foot)]


def test_nothing_wrong_is_said_with_what_is_watched():
    shown = "\n".join(text(moment()))
    assert "no active alerts" in shown
    assert "50,000" in shown
    assert "from STALL" in shown


def limits(now, width=116, height=30, **options):
    """Return the rows of what is watched, by their names."""
    names = ("lag ", "latency p95", "dead letters", "lost offsets", "validation", "time lag")
    rows = [row for row in text(now, width, height, **options) if "max" not in row]
    found = {}
    for row in rows:
        for name in names:
            if row.startswith(f" {name}"):
                found[name.strip()] = row.removeprefix(f" {name}").split()
    return found


def test_each_limit_has_the_present_figure_and_a_gauge_beside_it():
    measured = {
        "lag": Measure(590, 50_000, 500_000),
        "latency": Measure(20_000, 5_000, 30_000),
        "dead_letters": Measure(0.5, 0.01, 0.05),
        "gaps": Measure(0, 0, 0),
    }
    shown = limits(moment(measures=measured))
    assert shown["lag"] == ["590", "▱" * 16, "50,000", "500,000"]
    assert shown["latency p95"] == ["20.0", "s", "▰" * 11 + "▱" * 5, "5.0", "s", "30.0", "s"]
    assert shown["dead letters"][1:3] == ["%", "▰" * 16]
    assert shown["lost offsets"][0] == "0"
    assert shown["time lag"][0] == "–"
    assert limits(moment(measures=measured), plain=True)["lag"][:2] == ["590", "-" * 16]


def test_a_small_pane_cuts_no_limit():
    now = moment(measures={"lag": Measure(590, 50_000, 500_000)})
    for code in ("en", "fr"):
        rows = limit_lines(now, Thresholds(), frame(76, 20, code=code), 2)
        assert all(row.width <= 76 for row in rows)
        assert not any("…" in row.text for row in rows)
    assert limit_lines(now, Thresholds(), frame(76), 2)[2].text.split()[:4] == [
        "lag",
        "590",
        "50k",
        "500k",
    ]


def test_figures_above_their_limits_are_coloured_and_told_by_the_limits_in_force():
    now = moment(measures={"lag": Measure(590, 50_000, 500_000)})
    low = Thresholds(alert_lag_warn=100, alert_lag_fail=500)
    rows = limit_lines(now, low, frame(116, 30), 1)
    lag = next(row for row in rows if row.text.startswith(" lag"))
    assert lag.text.split() == ["lag", "590", "▰" * 16, "100", "500"]
    assert {span.role for span in lag.spans if "590" in span.text} == {"bad"}


def test_active_alerts_stand_first_with_times_and_past_ones_say_how_long_they_lasted():
    shown = text(moment(alerts=(LATE, LAG, OVER)))
    assert shown[0].split()[:6] == ["▲", "latency", "14:03:56Z", "1", "m", "35"]
    assert shown[1].startswith("▲  lag")
    over = next(row for row in shown if "lost offsets" in row and "5 offsets" in row)
    assert "1 m 30 s" in over
    assert " cleared " in over


def test_seen_and_new_are_told_apart():
    shown = text(moment(alerts=(replace(LATE, acknowledged_at=NOW), LAG)))
    assert "acknowledged" in shown[0]
    assert "new" in shown[1]


def test_details_tell_every_time_of_an_alert():
    lines = alert_details(OVER, moment(), frame(60, 0))
    shown = "\n".join(entry.text for entry in lines)
    assert "2026-01-02T14:03:56.000Z" in shown
    assert "2026-01-02T14:05:26.000Z" in shown
    assert "1 m 30 s" in shown


def test_states_by_partition_and_the_last_hours():
    minutes = tuple(
        Sample(NOW - timedelta(minutes=9 - n), 10.0 * n, 5.0 * n, n, 1.0, 2.0 * n, 3.0)
        for n in range(10)
    )
    shown = text(moment(states={0: PartitionState.OK, 1: PartitionState.STALL}, minutes=minutes))
    assert any("0 OK" in row and "1 STALL" in row for row in shown)
    assert any(row.startswith("produced") and row.endswith("max 90/s") for row in shown)
    assert any(row.startswith("latency p95") and row.endswith("max 18 ms") for row in shown)


def test_every_size_holds_and_the_states_stay_longest():
    for width in (20, 40, 80, 200):
        for height in (1, 2, 5, 13, 14, 60):
            shown = text(moment(alerts=(LATE, LAG, OVER) * 5), width, height)
            assert shown[-1].startswith("consumer by partit")


def test_the_table_has_whole_times():
    table = AlertsPane.SHEETS["alerts"].table([LAG, OVER])
    assert table.rows[0] == (
        "lag",
        "WARN",
        "WARN",
        "60000 records wait",
        "2026-01-02T14:03:56.000Z",
        None,
        None,
    )
    for pane in (seed, producer, consumer, kpis):
        found = pane.exported(moment())
        assert all(len(row) == len(found.headers) for row in found.rows)
