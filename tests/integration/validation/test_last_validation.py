"""The last stored validation is found again, with its checks where the report still exists."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.config.thresholds import Thresholds
from core.validation import Status, record_run
from core.validation.last_validation import last_run
from core.validation.model import Totals
from core.validation.reports.files import write_reports
from tests.integration.validation.pipeline import NOW, Pipeline

LIMITS = Thresholds()


def stored(pipeline: Pipeline, folder: Path, formats: tuple[str, ...] = ("json", "html")) -> Path:
    result = pipeline.validate()
    reports = write_reports(result, folder, formats)
    assert record_run(pipeline.warehouse, result, reports[0])
    return reports[0]


def test_nothing_stored_is_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    assert last_run(pipeline.warehouse, LIMITS, tmp_path) is None


def test_verdict_checks_totals_and_reports_come_back(pipeline: Pipeline, tmp_path: Path) -> None:
    before = pipeline.validate()
    report = stored(pipeline, tmp_path)
    found = last_run(pipeline.warehouse, LIMITS, tmp_path)
    assert found is not None
    result, reports = found
    assert (result.run_at, result.status) == (NOW, before.status)
    assert result.totals == Totals(6, 6, 0)
    assert [check.name for check in result.checks] == [check.name for check in before.checks]
    assert [check.status for check in result.checks] == [check.status for check in before.checks]
    counts = result.check("raw_vs_prod_counts")
    assert counts.message == before.check("raw_vs_prod_counts").message
    assert dict(counts.figures) == dict(before.check("raw_vs_prod_counts").figures)
    assert reports == (report, report.with_suffix(".html"))


def test_the_newest_order_ages_after_the_check_and_after_it_was_recalled(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    checked = pipeline.validate().check("freshness")
    assert checked.message == checked.told(NOW)
    later = NOW + timedelta(hours=5)
    assert checked.told(later) != checked.message
    stored(pipeline, tmp_path)
    found = last_run(pipeline.warehouse, LIMITS, tmp_path)
    assert found is not None
    assert found[0].check("freshness").told(later) == checked.told(later)


def test_a_report_that_moved_is_looked_for_in_the_folder_of_reports(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    report = stored(pipeline, tmp_path / "there")
    (tmp_path / "here").mkdir()
    report.rename(tmp_path / "here" / report.name)
    found = last_run(pipeline.warehouse, LIMITS, tmp_path / "here")
    assert found is not None
    assert found[1] == (tmp_path / "here" / report.name,)


def test_without_a_usable_report_the_verdict_stays(pipeline: Pipeline, tmp_path: Path) -> None:
    report = stored(pipeline, tmp_path)
    for damage in ("", "[1]", '{"status": "PASS", "checks": 5}', '{"checks": {"x": 1}}', "\0"):
        report.write_text(damage)
        found = last_run(pipeline.warehouse, LIMITS, tmp_path)
        assert found is not None
        assert (found[0].status, found[0].checks) == (pipeline.validate().status, ())
    report.unlink()
    found = last_run(pipeline.warehouse, LIMITS, tmp_path)
    assert found is not None
    assert found[1] == ()


def test_what_a_report_says_is_harmless(pipeline: Pipeline, tmp_path: Path) -> None:
    report = stored(pipeline, tmp_path)
    text = report.read_text(encoding="utf-8")
    status = pipeline.validate().status
    report.write_text(text.replace('"message": "', '"message": "\\u001b[31m', 1), encoding="utf-8")
    found = last_run(pipeline.warehouse, LIMITS, tmp_path)
    assert found is not None
    assert found[0].status is status
    assert not any("\x1b" in check.message for check in found[0].checks)


def test_a_run_without_counts_is_not_stored(pipeline: Pipeline) -> None:
    result = replace(pipeline.validate(), totals=None)
    assert not record_run(pipeline.warehouse, result)
    assert Status(result.status) is result.status
