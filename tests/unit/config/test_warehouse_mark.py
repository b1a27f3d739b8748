"""What commits carry: the same for every process of one warehouse, another for every other one."""

from dataclasses import replace
from pathlib import Path

from core.config import Paths, Settings
from core.config.settings import SnowflakeSettings


def test_processes_of_one_file_share_it_however_they_name_the_folder(
    tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    names = ("data", "./data", str(tmp_path / "data"), "link", "data/../data")
    assert len({Settings(paths=Paths(data=Path(name))).warehouse_mark for name in names}) == 1


def test_another_file_schema_account_or_database_is_another() -> None:
    here = Settings()
    away = replace(here, snowflake=SnowflakeSettings("acc", "worker"))
    others = [
        here,
        replace(here, paths=Paths(data=Path("elsewhere"))),
        replace(here, schema="other"),
        away,
        replace(away, schema="other"),
        replace(away, snowflake=SnowflakeSettings("acc2", "worker")),
        replace(away, snowflake=SnowflakeSettings("acc", "worker", database="other")),
    ]
    assert len({one.warehouse_mark for one in others}) == len(others)
    same = replace(away, snowflake=SnowflakeSettings("ACC", "someone_else", role="r"))
    assert same.warehouse_mark == away.warehouse_mark, "who logs in is not where it is stored"
    moved = replace(away, paths=Paths(data=Path("elsewhere")))
    assert moved.warehouse_mark == away.warehouse_mark, "nothing is stored in the folder"
