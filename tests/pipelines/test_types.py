"""One table of rows for all types of events, and views for those that a folder names."""

import re
from collections.abc import Callable
from pathlib import Path

from core.config import Settings
from core.pipeline import Pipeline, open_pipeline
from tests.pipelines.conftest import SIZE, store, warehouse_of
from tests.pipelines.oracle import newest
from tests.pipelines.samples import records

DOCS = Path(__file__).parents[2] / "docs" / "pipelines.md"


def with_views(folder: Path, dialect: str) -> Pipeline:
    """Add the view of docs/pipelines.md to the tables of a folder."""
    (view,) = re.findall(
        rf"```sql\n-- {dialect}/tables\.sql\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL
    )
    with (folder / dialect / "tables.sql").open("a", encoding="utf-8") as tables:
        tables.write("\n" + view)
    return open_pipeline(str(folder))


def pushes() -> set[tuple[object, ...]]:
    """What the view should hold: of each push its row and the size in its payload."""
    rows = newest("repository", records("repository", SIZE)).values()
    return {
        (row["id"], row["repo_name"], row["created_at_"], row["payload_"]["size"])
        for row in rows
        if row["type"] == "PushEvent"
    }


def test_a_view_of_the_folder_is_a_table_of_one_type(
    written: Callable[..., Pipeline], settings: Settings, tmp_path: Path
) -> None:
    written("repository")
    pipeline = with_views(tmp_path / "repository", "duckdb")
    with warehouse_of(pipeline, settings) as warehouse:
        store(warehouse, pipeline, records("repository", SIZE))
        warehouse.merge()
        found = warehouse._db.rows("SELECT * FROM repository.pushes", [])
        assert {tuple(row) for row in found} == pushes()
        assert len(found) > 20
        assert [one for one in warehouse.columns() if one.found != one.expected] == []
