"""The options of every job, each declared once: command line, help and forms come from here.

What several jobs take alike stands in `core.jobs.option_groups`.

What is left out stays at the field's default; where that depends on another option (the data
directory, the mode) it is None, and the job fills it in. Nothing heavy is imported here: help is
shown at once.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from core.jobs.option_declarations import Opt
from core.jobs.option_groups import NO_LIMIT, NONE, BadLimit, Checks, Measured, Publishing
from core.text import N_

Engine = Literal["kafka-connect", "redpanda-connect"]

_DIR, _FILE, _DATE, _PATH = N_("DIR"), N_("FILE"), N_("DATE"), N_("PATH")
_ALL = N_("all")
_LIKELY = N_("what looks like one")
_SEED_FOLDER = "<data-dir>/seed"


def _rows(text: str, label: str, low: int = 1) -> Opt:
    return Opt(text, low=low, label=label, note=N_("rows"))


@dataclass(frozen=True)
class NoOptions:
    """No options of its own."""


@dataclass(frozen=True)
class SeedOptions:
    """What to generate. output: a folder; None is the seed folder of the data directory."""

    customers: Annotated[int, _rows(N_("number of customers"), N_("customers"))] = 1_000
    products: Annotated[int, _rows(N_("number of products"), N_("products"))] = 200
    orders: Annotated[int, _rows(N_("number of orders"), N_("orders"), low=0)] = 5_000
    seed: Annotated[
        int,
        Opt(
            N_("the same seed gives the same files"),
            low=0,
            label=N_("random seed"),
            note=N_("the same seed, the same files"),
        ),
    ] = 42
    output: Annotated[Path | None, Opt(N_("where the files go"), _DIR, _SEED_FOLDER)] = None
    start: Annotated[
        date,
        Opt(
            N_("first day of the orders"),
            _DATE,
            label=N_("first day"),
            note=N_("year-month-day, UTC"),
        ),
    ] = date(2024, 1, 1)
    end: Annotated[
        date,
        Opt(N_("last day of the orders"), _DATE, label=N_("last day"), note=N_("included")),
    ] = date(2024, 12, 31)


@dataclass(frozen=True)
class LoadOptions:
    """input: folder of the CSV files; None is the seed folder of the data directory."""

    input: Annotated[Path | None, Opt(N_("folder of the CSV files"), _DIR, _SEED_FOLDER)] = None


@dataclass(frozen=True)
class PublishOptions(Publishing, LoadOptions):
    """What to publish, and the folder of the CSV files."""


@dataclass(frozen=True)
class ReadOptions:
    """What ends the job; without any of them only a signal does. duration: seconds."""

    until_caught_up: Annotated[bool, Opt(N_("end once everything in the topic is stored"))] = False
    limit: Annotated[int | None, Opt(N_("records to store at most"), "N", NO_LIMIT, 1)] = None
    duration: Annotated[float | None, Opt(N_("how long to run"), "S", N_("until a signal"))] = None


@dataclass(frozen=True)
class ValidateOptions(Checks):
    """How to check. repair: first, damaged records are read from the topic again."""

    repair: Annotated[bool, Opt(N_("first read damaged records from the topic again"))] = False


@dataclass(frozen=True)
class WatchOptions:
    """watch: do it again every so many seconds until a stop; None is once."""

    watch: Annotated[
        float | None, Opt(N_("repeat every S seconds until a signal"), "S", N_("once"))
    ] = None


@dataclass(frozen=True)
class TransformOptions(WatchOptions):
    """rebuild_kpis: first make the figures that the merge keeps for the KPIs anew from all rows."""

    rebuild_kpis: Annotated[
        bool, Opt(N_("count the figures kept for the KPIs anew before the first merge"))
    ] = False


@dataclass(frozen=True)
class PipelineOptions(Checks, Publishing, SeedOptions):
    """The options of all parts; see theirs. rate 0: as fast as possible."""

    rate: Annotated[float | None, Opt(N_("events per second; 0 is unlimited"), "N", "0", 0)] = 0.0


@dataclass(frozen=True)
class ServeOptions:
    """validate_every: seconds between two runs of the checks, 0 never. consume: store the topic."""

    validate_every: Annotated[
        float, Opt(N_("seconds from one run of the checks to the next; 0 never"), "S", low=0)
    ] = 300.0
    consume: Annotated[bool, Opt(N_("store what the topic holds, or leave that to others"))] = True


@dataclass(frozen=True)
class SetupOptions:
    """print_sql: show the SQL and run nothing."""

    print_sql: Annotated[bool, Opt(N_("show the SQL and run nothing"), flag="--print")] = False


@dataclass(frozen=True)
class DlqOptions:
    """Which letters, and whether to publish them again; `yes` confirms that.

    save: file that gets the letters, to be read and edited. fix: such a file, edited; its letters
    are published with its payloads.
    """

    reason: Annotated[
        str | None, Opt(N_("only dead letters of this reason"), N_("REASON"), _ALL)
    ] = None
    limit: Annotated[int | None, Opt(N_("the newest N only"), "N", _ALL, 1)] = None
    replay: Annotated[bool, Opt(N_("replay them"))] = False
    yes: Annotated[bool, Opt(N_("replay without asking"))] = False
    save: Annotated[
        Path | None, Opt(N_("write them to a file, one a line, to read and to fix"), _FILE, NONE)
    ] = None
    fix: Annotated[
        Path | None,
        Opt(N_("with --replay: publish the payloads of such a file instead"), _FILE, NONE),
    ] = None


@dataclass(frozen=True)
class ExportOptions:
    """engine: for which. output: the file; None is one under the data directory."""

    engine: Annotated[Engine, Opt(N_("the engine: Kafka Connect or Redpanda Connect"))] = (
        "kafka-connect"
    )
    output: Annotated[
        Path | None,
        Opt(
            N_("where the configuration goes, with the SQL beside it"),
            _FILE,
            "<data-dir>/export/ENGINE.json",
        ),
    ] = None


@dataclass(frozen=True)
class InitOptions:
    """name: the folder. from_topic, from_file: one of both. sample: records to look at, at least.

    key, time: paths of fields. reference: tables and their files. schema: only show the JSON Schema
    of definitions.
    """

    name: str | None = None
    from_topic: Annotated[
        str | None, Opt(N_("look at the records of this topic"), N_("TOPIC"), NONE)
    ] = None
    from_file: Annotated[
        Path | None,
        Opt(N_("look at the records of a file: JSON, an object a line, or CSV"), _FILE, NONE),
    ] = None
    sample: Annotated[int, Opt(N_("records to look at, at least"), low=1)] = 10_000
    key: Annotated[str | None, Opt(N_("the path of the key, as order.id"), _PATH, _LIKELY)] = None
    time: Annotated[str | None, Opt(N_("the path of the event's time"), _PATH, _LIKELY)] = None
    reference: Annotated[
        str | None,
        Opt(
            N_("reference tables from CSV files, with commas between them"),
            N_("NAME=FILE"),
            NONE,
        ),
    ] = None
    schema: Annotated[bool, Opt(N_("show the JSON Schema of pipeline.toml and end"))] = False


OF_JOB: dict[str, tuple[type[Any], ...]] = {
    "seed": (SeedOptions,),
    "setup": (SetupOptions,),
    "load": (LoadOptions,),
    "produce": (PublishOptions, BadLimit, Measured),
    "consume": (ReadOptions, BadLimit, Measured),
    "transform": (TransformOptions, Measured),
    "validate": (ValidateOptions,),
    "kpis": (WatchOptions,),
    "pipeline": (PipelineOptions, BadLimit, Measured),
    "serve": (ServeOptions, Measured),
    "status": (NoOptions,),
    "stop": (NoOptions,),
    "dlq": (DlqOptions,),
    "broker": (NoOptions, Measured),
    "doctor": (NoOptions,),
    "export-connector": (ExportOptions,),
    "init": (InitOptions,),
}
"""What each job takes: its own options first, then what the command line reads for it."""
