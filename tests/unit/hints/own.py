"""Hints about the folder of a pipeline that is one's own: its definition, its SQL, what drifts."""

import json
from pathlib import Path

from tests.support.bench import Bench
from tests.support.topic import publish
from tests.unit.hints.scenes import broker, tries

EVENTS = [{"id": number, "size": number % 7, "at": "2026-01-01T00:00:00Z"} for number in range(20)]


def make(b: Bench) -> Path:
    """Have `init` write a folder, which every job works on from then on."""
    b.file("records", "".join(json.dumps(one) + "\n" for one in EVENTS))
    b.works("init", "mine", "--from-file", "records")
    b.env["DROPSHIP_PIPELINE"] = "mine"
    return b.folder / "mine"


@tries(
    "name the folder of a pipeline; `dropship --run init NAME` writes one",
    "see that the file can be read",
    "docs/pipelines.md explains every key; `dropship --run init` writes such a file",
    "put it into the folder's duckdb, snowflake or shared",
)
def folders(b: Bench) -> None:
    hint = "name the folder of a pipeline; `dropship --run init NAME` writes one"
    b.refused(hint, "setup", "--pipeline", "mine")
    folder = make(b)
    b.works("setup")
    file = folder / "pipeline.toml"
    good = file.read_bytes()
    for hint, content in (
        ("see that the file can be read", b"\xff" + good),
        (
            "docs/pipelines.md explains every key; `dropship --run init` writes such a file",
            good.replace(b'unknown_fields = "keep"', b'unknown_fields = "drop"'),
        ),
    ):
        file.write_bytes(content)
        b.refused(hint, "setup")
        file.write_bytes(good)
        b.works("setup")
    pages = (Path(__file__).parents[3] / "docs/pipelines.md").read_text("utf-8")
    lines = good.decode().partition("[thresholds]")[0].splitlines()
    keys = {line.split(" = ")[0] for line in lines if line[:1].islower()}
    missing = {key for key in keys if f"`{key}`" not in pages}
    assert not missing
    query = folder / "shared" / "kpi_totals.sql"
    moved = folder / "kpi_totals.sql"
    query.rename(moved)
    b.refused("put it into the folder's duckdb, snowflake or shared", "setup")
    for place in ("duckdb", "snowflake", "shared"):
        moved = moved.rename(folder / place / "kpi_totals.sql")
        b.works("setup")


@tries(
    "see that the query fits the columns of kpis.{name} in pipeline.toml",
    "make the query and the check in pipeline.toml agree",
    "put it into the folder's {engine} or shared",
)
def queries(b: Bench) -> None:
    folder = make(b)
    b.works("setup")

    def written(name: str, text: str) -> str:
        file = folder / "shared" / name
        before = file.read_text("utf-8")
        file.write_text(text, encoding="utf-8")
        return before

    totals = written("kpi_totals.sql", "SELECT CAST(? AS TIMESTAMP)\n")
    b.refused("see that the query fits the columns of kpis.{name} in pipeline.toml", "kpis")
    written("kpi_totals.sql", totals)
    b.works("kpis")
    ranges = written("validate_ranges.sql", "SELECT ?, ?\n")
    agree = "make the query and the check in pipeline.toml agree"
    b.refused(agree, "validate")
    written("validate_ranges.sql", ranges)
    b.gone(agree, "validate")
    there = "put it into the folder's {engine} or shared"
    query = folder / "shared" / "validate_ranges.sql"
    query = query.rename(folder / "snowflake" / query.name)
    b.refused(there, "validate")
    for place in ("duckdb", "shared"):
        query = query.rename(folder / place / query.name)
        b.gone(there, "validate")


@tries("what is meant to stay belongs into pipeline.toml and its SQL", slow=True)
def drift(b: Bench) -> None:
    hint = "what is meant to stay belongs into pipeline.toml and its SQL"
    folder = make(b)
    b.works("setup")
    with broker(b) as cluster:
        more = [{**one, "colour": "red"} for one in EVENTS]
        values = [json.dumps(one).encode() for one in more]
        publish(cluster.bootstrap_servers, "mine", values, key=b"k", partition=0)
        b.works("consume", "--until-caught-up")
        b.works("transform")
        b.refused(hint, "validate")
        file = folder / "pipeline.toml"
        text = file.read_text("utf-8")
        field = '"colour" = { type = "text", column = false }'
        file.write_text(text.replace("[fields]\n", f"[fields]\n{field}\n"), encoding="utf-8")
        told = b.gone(hint, "validate")
        assert told.fields["checks"]["schema_drift"]["status"] == "PASS", told
