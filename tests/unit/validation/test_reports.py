"""Reports read back by the readers they are meant for, with hostile text in every place."""

import json
import os
import stat
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml

from core.errors import StorageError, UsageError
from core.validation import CheckResult, Status, ValidationResult
from core.validation.reports import FORMATS, write_reports

HOSTILE = "<script>alert(1)</script>&\"'\x1b[31m\u202e]]>{{ 7 * 7 }}\ufffe\uffff\x00"
RUN_AT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


class Page(HTMLParser):
    """Collects tags and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def result() -> ValidationResult:
    checks = (
        CheckResult.of("good", Status.PASS, "all is well", {"orders": 5}),
        CheckResult.of("odd", Status.WARN, "a little odd", {"lag": None, "names": []}),
        CheckResult.of(
            "bad",
            Status.FAIL,
            HOSTILE,
            {"by_reason": {HOSTILE: 1}},
            [{"id": HOSTILE, "n": 1}, {"id": "x", "more": None}],
        ),
        CheckResult.of("broken", Status.ERROR, "no such table"),
    )
    return ValidationResult(RUN_AT, Status.ERROR, checks, 1.25)


def page_of(file: Path) -> Page:
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    page.close()
    return page


def test_names_tell_the_time_and_never_meet(result: ValidationResult, tmp_path: Path) -> None:
    files = [file for _ in range(20) for file in write_reports(result, tmp_path / "r", FORMATS)]
    assert len(set(files)) == 60
    assert sorted(files) == sorted((tmp_path / "r").iterdir())
    assert all(file.name.startswith("validate_report_20240506_070809_") for file in files)
    assert [file.suffix for file in files[:3]] == [".json", ".html", ".xml"]


def test_files_may_be_read_by_all_whatever_the_umask(
    result: ValidationResult, tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        (file,) = write_reports(result, tmp_path, ["json"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_json_holds_the_very_checks_of_the_result(result: ValidationResult, tmp_path: Path) -> None:
    (file,) = write_reports(result, tmp_path, ["json"])
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["timestamp"] == "2024-05-06T07:08:09.000Z"
    assert {key: report[key] for key in ("status", "checks")} == result.as_json()
    assert "\x1b" not in file.read_text(encoding="utf-8")


def test_html_shows_hostile_text_and_runs_none_of_it(
    result: ValidationResult, tmp_path: Path
) -> None:
    (file,) = write_reports(result, tmp_path, ["html"])
    page = page_of(file)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>&\"'\ufffd[31m\ufffd]]>{{ 7 * 7 }}" in page.text
    assert not set(page.text) & set("\x00\x1b\u202e")


def test_html_is_one_file_for_light_dark_and_paper(
    result: ValidationResult, tmp_path: Path
) -> None:
    (file,) = write_reports(result, tmp_path, ["html"])
    page = page_of(file)
    text = file.read_text(encoding="utf-8")
    assert all(link.startswith("#") for link in page.links)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    for check in result.checks:
        assert f'id="{check.name}"' in text
        assert check.status.name in page.text


def test_junit_maps_each_status(result: ValidationResult, tmp_path: Path) -> None:
    (file,) = write_reports(result, tmp_path, ["junit"])
    xml = JUnitXml.fromfile(str(file))
    cases = {case.name: case for suite in xml for case in suite}
    assert (xml.tests, xml.failures, xml.errors) == (4, 1, 1)
    assert cases["good"].is_passed
    assert cases["odd"].is_passed
    assert "a little odd" in cases["odd"].system_out
    assert isinstance(cases["bad"].result[0], Failure)
    assert isinstance(cases["broken"].result[0], Error)
    assert cases["bad"].result[0].message.startswith("<script>alert(1)</script>")
    assert "by_reason" in cases["bad"].result[0].text


def test_junit_strict_makes_a_warning_a_failure(result: ValidationResult, tmp_path: Path) -> None:
    (file,) = write_reports(result, tmp_path, ["junit"], strict=True)
    xml = JUnitXml.fromfile(str(file))
    assert (xml.failures, xml.errors) == (2, 1)


def test_a_folder_that_cannot_be_written_is_said(result: ValidationResult, tmp_path: Path) -> None:
    blocker = tmp_path / "reports\x1b"
    blocker.write_text("a file, not a folder")
    with pytest.raises(StorageError) as caught:
        write_reports(result, blocker, ["json"])
    assert "reports\ufffd" in caught.value.message
    assert caught.value.hint


def test_a_full_disk_leaves_nothing_half_written(result: ValidationResult, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        with pytest.raises(StorageError, match="cannot write the report"):
            write_reports(result, tmp_path / "r", ["json"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list((tmp_path / "r").iterdir()) == []


def test_an_unknown_format_is_a_usage_error_before_anything_is_written(
    result: ValidationResult, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="pdf"):
        write_reports(result, tmp_path / "r", ["json", "pdf"])
    assert not (tmp_path / "r").exists()
