"""Where state and reports go, and folders that can never be any."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config.errors import SettingsError
from core.config.folders import check_folder
from core.config.load import load_settings
from core.errors import UsageError


@pytest.fixture
def powerless() -> Iterator[None]:
    """Be somebody who may write nowhere but where everybody may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The working directory, which cannot be written."""
    tmp_path.chmod(0o555)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    tmp_path.chmod(0o755)


def test_reports_go_beside_the_data_where_the_working_directory_cannot_be_written(
    folder, powerless
):
    assert load_settings(environ={}, data_dir=Path("/x/data")).paths.reports == Path(
        "/x/data/reports"
    )


def test_reports_go_where_option_or_setting_say(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environ = {"DROPSHIP_REPORTS_DIR": "elsewhere"}
    assert load_settings(environ={}).paths.reports == Path("reports")
    assert load_settings(environ=environ).paths.reports == Path("elsewhere")
    given = load_settings(environ=environ, reports_dir=Path("here"))
    assert given.paths.reports == Path("here")


def test_a_setting_that_names_no_folder_is_told_with_its_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={"DROPSHIP_REPORTS_DIR": "file/reports"})
    assert "DROPSHIP_REPORTS_DIR: file is not a directory" in caught.value.message


def test_what_can_never_be_a_folder_is_refused(tmp_path):
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    (tmp_path / "good").symlink_to(tmp_path)
    for name in ("good", "good/new/deep", "new"):
        check_folder("--data-dir", tmp_path / name)
    for name in ("dangling", "dangling/data", "loop", "file", "file/data"):
        with pytest.raises(UsageError, match="--data-dir: ") as caught:
            check_folder("--data-dir", tmp_path / name)
        assert str(tmp_path / name.split("/", maxsplit=1)[0]) in caught.value.message
        assert caught.value.hint
