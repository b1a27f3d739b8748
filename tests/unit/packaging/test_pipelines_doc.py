"""docs/pipelines.md explains every key of a definition."""

import re
from pathlib import Path
from typing import Any

from core.pipeline.read import schema
from core.pipeline.types import KINDS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/pipelines.md").read_text("utf-8")
WORDS = set(re.findall(r"`([a-z_]+)(?:\([a-z,]+\))?`", TEXT))


def keys(made: dict[str, Any]) -> set[str]:
    """Every key that a JSON Schema names."""
    parts = [made, *made["$defs"].values()]
    return {name for part in parts for name in part.get("properties", {})}


def test_every_key_is_explained() -> None:
    groups = set(re.findall(r"`\[+([a-z]+)", TEXT))
    assert keys(schema()) - WORDS - groups == set()


def test_every_type_is_explained() -> None:
    assert set(KINDS) - WORDS == set()


def test_every_file_that_init_writes_is_explained() -> None:
    folder = ROOT / "core/inference/templates"
    names = {file.name.removesuffix(".sql.j2") for file in folder.rglob("*.sql.j2")}
    known = WORDS | {name for name in names if name.startswith("kpi_")}
    assert names - known == set()
