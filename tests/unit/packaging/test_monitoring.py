"""Dashboard, scrape configuration and alert rules fit the metrics that the code exports."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from core.metrics.names import METRICS

yaml = pytest.importorskip("yaml", reason="PyYAML comes with `make test`")

ROOT = Path(__file__).parents[3]
DASHBOARD = ROOT / "docker/grafana/dropship.json"
RULES = ROOT / "docker/prometheus/alerts.yml"
SCRAPE = ROOT / "docker/prometheus/prometheus.yml"

PROCESS = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
OTHERS = {"up"}
BY_NAME = {one.name: one for one in METRICS}
SAMPLES = {
    name + suffix
    for name, one in BY_NAME.items()
    for suffix in (("_bucket", "_sum", "_count") if one.kind == "histogram" else ("",))
}
NAME = re.compile(r"\b(?:dropship|process)_[a-z_]+\b")
COUNTED = re.compile(r"\b(?:rate|increase)\(\s*([a-z_]+)")
SELECTED = re.compile(r"\b((?:dropship|process)_[a-z_]+)\{([^}]*)\}")
GROUPED = re.compile(r"(?:by|on) \(([^)]*)\)")


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    return [*shown, *(rule["expr"] for rule in rules())]


def metric_of(sample: str) -> str:
    found = re.sub(r"_(bucket|sum|count)$", "", sample)
    return found if found in BY_NAME else sample


@pytest.mark.parametrize("expr", sorted(set(expressions())))
def test_an_expression_uses_what_is_exported(expr):
    named = set(NAME.findall(expr))
    assert named <= SAMPLES | PROCESS
    assert named or "up{" in expr
    for opening, closing in ("()", "[]", "{}"):
        assert expr.count(opening) == expr.count(closing)


@pytest.mark.parametrize("expr", sorted(set(expressions())))
def test_counters_are_shown_as_rates_and_gauges_are_not(expr):
    for sample in NAME.findall(expr):
        if sample in PROCESS or sample.endswith("_offset"):
            continue  # an offset is a position, and its growth a rate
        growing = BY_NAME[metric_of(sample)].kind in {"counter", "histogram"}
        assert (sample in COUNTED.findall(expr)) is growing, sample


@pytest.mark.parametrize("expr", sorted(set(expressions())))
def test_labels_are_those_that_the_metric_has(expr):
    given_by_prometheus = {"instance", "job"}
    named = [metric_of(sample) for sample in NAME.findall(expr) if sample not in PROCESS]
    if not named:
        return
    known = (
        given_by_prometheus | {"le"} | {label for name in named for label in BY_NAME[name].labels}
    )
    for labels in GROUPED.findall(expr):
        assert {label.strip() for label in labels.split(",")} <= known
    for sample, selector in SELECTED.findall(expr):
        own = given_by_prometheus | set(
            () if sample in PROCESS else BY_NAME[metric_of(sample)].labels
        )
        assert set(re.findall(r"(\w+)\s*=~?", selector)) <= own


def test_every_metric_is_on_the_dashboard(dashboard):
    text = json.dumps(dashboard)
    assert {name for name in BY_NAME if not re.search(rf"\b{name}", text)} == set()


def test_the_dashboard_is_what_grafana_imports(dashboard):
    assert dashboard["uid"]
    assert dashboard["title"]
    assert dashboard["schemaVersion"] >= 36
    assert "id" not in dashboard  # Grafana gives one
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert {"id", "type", "title", "gridPos", "targets", "fieldConfig"} <= panel.keys()
        assert panel["description"]
        assert panel["type"] in {"stat", "timeseries", "state-timeline"}
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs)


def test_panels_lie_side_by_side_on_the_grid(dashboard):
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    for place in places:
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24
        assert place["h"] > 0
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


def test_the_data_source_is_chosen_at_the_import(dashboard):
    names = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert names["datasource"]["type"] == "datasource"
    assert names["datasource"]["query"] == "prometheus"
    wanted = {"type": "prometheus", "uid": "${datasource}"}
    for panel in dashboard["panels"]:
        assert panel["datasource"] == wanted
        assert all(target["datasource"] == wanted for target in panel["targets"])


def test_variables_that_are_used_are_declared(dashboard):
    declared = {variable["name"] for variable in dashboard["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]+)\}?", json.dumps(dashboard["panels"])))
    assert used == declared


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_says_how_bad_it_is_and_what_to_do(rule):
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))


def test_rules_have_names_of_their_own():
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)


def test_the_scrape_configuration_reaches_loopback_only_and_names_the_rules():
    made = yaml.safe_load(SCRAPE.read_text(encoding="utf-8"))
    assert made["rule_files"] == [RULES.name]
    (job,) = made["scrape_configs"]
    targets = [target for entry in job["static_configs"] for target in entry["targets"]]
    assert targets
    assert all(target.startswith("127.0.0.1:") for target in targets)
    named = {found for rule in rules() for found in re.findall(r'job="(\w+)"', rule["expr"])}
    assert named == {job["job_name"]}


def test_the_documentation_lists_every_metric_as_it_is():
    text = (ROOT / "docs/observability.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(dropship_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|$", text, re.MULTILINE
    )
    assert rows == [
        (one.name, one.kind, ", ".join(f"`{label}`" for label in one.labels) or "-", one.text)
        for one in METRICS
    ]
