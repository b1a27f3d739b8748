"""Hints about the command line: jobs, options and their values."""

import socket
from functools import partial

from tests.support.bench import Bench
from tests.unit.hints.scenes import SEED, caught, tries


@tries(
    "dropship --run pipeline runs everything, dropship --help lists the jobs",
    "did you mean {name}?",
    "did you mean dropship --run {job}?",
    "every value follows the name of its option",
    "{command} lists the options",
)
def jobs(b: Bench) -> None:
    from core.cli.parsing import help_text

    hint = "dropship --run pipeline runs everything, dropship --help lists the jobs"
    told = b.refused(hint, None)
    assert told.code == 2
    assert "--run pipeline" in help_text(None) or "pipeline" in help_text(None)
    told = b.refused("did you mean dropship --run {job}?", None, "seed")
    assert told.hints == ("did you mean dropship --run seed?",)
    told = b.refused("did you mean {name}?", "sed")
    assert told.hints == ("did you mean seed?",)
    b.works(*SEED)
    told = b.refused("did you mean {name}?", "seed", "--order", "2")
    assert told.hints == ("did you mean --orders?",)
    b.works("seed", "--orders", "2", "--customers", "2", "--products", "2")
    b.refused("every value follows the name of its option", "seed", "2")
    told = b.refused("{command} lists the options", "seed", "--zzzzzz")
    assert told.hints == ("dropship --run seed --help lists the options",)
    assert "--orders" in help_text("seed")


@tries(
    "{option} takes {low} to {high}.",
    "Give an end that is the start or a later day.",
    "Give a period of at most ten years.",
)
def seed_bounds(b: Bench) -> None:
    """The form of the console and scripts from Python meet these bounds."""
    import re
    from datetime import date

    from core.seed.spec import SeedSpec

    for name in ("customers", "products", "orders", "seed"):
        told = caught(b, "{option} takes {low} to {high}.", partial(SeedSpec, **{name: -1}))
        for bound in re.findall(r"\d+", told):
            SeedSpec(**{name: int(bound)})
    told = caught(b, "{option} takes {low} to {high}.", lambda: SeedSpec(start=date(1500, 1, 1)))
    for year in map(int, re.findall(r"\d+", told)):
        SeedSpec(start=date(year, 1, 1), end=date(year, 12, 31))
    hint = "Give an end that is the start or a later day."
    b.refused(hint, *SEED, "--start", "2024-05-02", "--end", "2024-05-01")
    b.works(*SEED, "--start", "2024-05-02", "--end", "2024-05-02")
    hint = "Give a period of at most ten years."
    b.refused(hint, *SEED, "--start", "2000-01-01", "--end", "2020-01-01")
    b.works(*SEED, "--start", "2000-01-01", "--end", "2009-12-31")


@tries("leave it out to read on")
def consume_bounds(b: Bench) -> None:
    from core.consumer.options import ConsumeOptions

    for wrong in ({"limit": 0}, {"duration_s": 0.0}):
        caught(b, "leave it out to read on", partial(ConsumeOptions, "t", "g", **wrong))
    ConsumeOptions("t", "g")


@tries(
    "give a whole number from 1",
    "give seconds above 0",
    "give a share from 0 to 1, such as 0.01",
    "give a whole number from 0",
    "give events per second, or 0 for unlimited",
    "choose one of {choices}",
)
def produce_bounds(b: Bench) -> None:
    """The form of the console and scripts from Python meet these, not the command line."""
    from pathlib import Path

    from core.producer.options import ProduceOptions

    def options(**changes: object) -> ProduceOptions:
        return ProduceOptions(input=Path("seed"), **changes)

    for hint, name, wrong, right in (
        ("give a whole number from 1", "limit", 0, 1),
        ("give seconds above 0", "duration_s", 0.0, 0.1),
        ("give a share from 0 to 1, such as 0.01", "late", 1.5, 0.01),
        ("give a whole number from 0", "seed", -1, 0),
        ("give events per second, or 0 for unlimited", "rate", -1.0, 0.0),
    ):
        caught(b, hint, partial(options, **{name: wrong}))
        options(**{name: right})
    told = caught(b, "choose one of {choices}", lambda: options(profile="wild"))
    for choice in told.removeprefix("choose one of ").split(", "):
        options(profile=choice)


@tries("use one or more of {formats}")
def report_formats(b: Bench) -> None:
    from core.validation.reports.files import write_reports
    from tests.support.panes import validated

    result = validated().result
    assert result is not None
    folder = b.folder / "reports"
    hint = "use one or more of {formats}"
    told = caught(b, hint, lambda: write_reports(result, folder, ("pdf",)))
    named = told.removeprefix("use one or more of ").split(",")
    assert len(write_reports(result, folder, named)) == 3


@tries("name another port, or 0 for a free one")
def ports(b: Bench) -> None:
    from core.config import Settings
    from core.metrics.meters import Meters
    from core.metrics.server import HOST, serve_metrics

    def serve(port: int) -> None:
        with serve_metrics(port, Meters().moment, job="consume", settings=Settings()):
            pass

    with socket.create_server((HOST, 0)) as taken:
        caught(
            b,
            "name another port, or 0 for a free one",
            lambda: serve(taken.getsockname()[1]),
        )
        serve(0)


@tries("add --replay, and --yes once the preview is right")
def fix_needs_replay(b: Bench) -> None:
    b.works("setup")
    b.file("letters.jsonl", "")
    hint = "add --replay, and --yes once the preview is right"
    b.refused(hint, "dlq", "--fix", "letters.jsonl")
    b.works("dlq", "--fix", "letters.jsonl", "--replay")
    b.works("dlq", "--fix", "letters.jsonl", "--replay", "--yes")


@tries(
    "make the folder it leads to (mkdir -p), or remove the link",
    "name a folder; it is made when it is missing",
    "name a file; one of that name is replaced",
    "make it (mkdir -p), or name a file in one that exists",
)
def places(b: Bench) -> None:
    link = b.folder / "link"
    link.symlink_to("far/away")
    hint = "make the folder it leads to (mkdir -p), or remove the link"
    b.refused(hint, *SEED, "--data-dir", "link")
    (b.folder / "far" / "away").mkdir(parents=True)
    b.works(*SEED, "--data-dir", "link")
    (b.folder / "far" / "away" / "seed").rename(b.folder / "gone")
    (b.folder / "far" / "away").rename(b.folder / "gone" / "away")
    b.refused(hint, *SEED, "--data-dir", "link")
    link.unlink()
    b.works(*SEED, "--data-dir", "link")
    b.file("file")
    b.refused("name a folder; it is made when it is missing", *SEED, "--data-dir", "file")
    b.works(*SEED, "--data-dir", "not/yet/there")
    b.works("setup")
    (b.folder / "folder").mkdir()
    hint = "name a file; one of that name is replaced"
    b.refused(hint, "dlq", "--save", "folder")
    b.works("dlq", "--save", "file")
    hint = "make it (mkdir -p), or name a file in one that exists"
    b.refused(hint, "dlq", "--save", "none/letters")
    b.works("dlq", "--save", "folder/letters")
    (b.folder / "none").mkdir()
    b.works("dlq", "--save", "none/letters")
