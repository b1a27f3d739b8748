"""The options of every job.

A value left out stays at the default shown in the help; where that depends on another option (the
data directory, the mode) it is None, and the job fills it in.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from core.cli import values
from core.cli.declaring import Options, Reader
from core.text import _

FORMATS = ("json", "html", "junit")
LANGUAGES = ("en", "fr")
ENGINES = ("kafka-connect", "redpanda-connect")
MEASURED = frozenset({"produce", "consume", "transform", "pipeline", "broker"})
"""Jobs that can serve metrics while they run."""
NAMED = frozenset({"init"})
"""Jobs that take a name beside their options."""
_MAX_PORT = 65_535


def declare_common(options: Options) -> None:
    """Declare what every job takes."""
    options.value(
        "--run", lambda _name: str, None, _("the job to run"), metavar=_("JOB"), shown=_("none")
    )
    options.flag("--json", _("one JSON object on stdout, and nothing else"))
    options.flag("--quiet", _("no progress; only errors on stderr"))
    options.value(
        "--data-dir", values.path, Path("data"), _("where all state lies"), metavar=_("DIR")
    )
    options.value(
        "--reports-dir",
        values.path,
        None,
        _("where reports are written"),
        metavar=_("DIR"),
        shown=_("reports, else <data-dir>/reports"),
    )
    options.value(
        "--pipeline",
        lambda _name: str,
        None,
        _("the folder of the pipeline to operate"),
        metavar=_("DIR"),
        shown="orders",
    )
    options.value(
        "--env-file",
        values.path,
        None,
        _("settings; the environment wins over it"),
        metavar=_("FILE"),
        shown=".env",
    )
    options.value(
        "--log-file",
        values.path,
        None,
        _("the structured log"),
        metavar=_("FILE"),
        shown="<data-dir>/logs/dropship.log",
    )
    options.value(
        "--timeout",
        values.seconds,
        30.0,
        _("how long to wait for a broker or a warehouse"),
        metavar="S",
    )
    options.choice(
        "--lang", LANGUAGES, None, _("language of all text"), shown=_("that of the locale")
    )
    options.flag("--no-color", _("no colours (as NO_COLOR does)"))
    options.flag("--debug", _("show the traceback of an error"))


def declare(job: str, options: Options) -> None:
    """Declare the options of one job."""
    _DECLARE[job](options)
    if job in MEASURED:
        declare_metrics(options)


def declare_metrics(options: Options) -> None:
    """Declare the option of whatever runs long enough to be scraped."""
    options.value(
        "--metrics-port",
        lambda name: values.integer(name, 0, _MAX_PORT),
        None,
        _("serve Prometheus metrics on this port of 127.0.0.1; 0 takes a free one"),
        shown=_("none"),
    )


def _from(low: int) -> Reader:
    return lambda name: values.integer(name, low)


def _fraction(name: str) -> Callable[[str], float]:
    return values.number(name, 0, 1)


def _rate(name: str) -> Callable[[str], float]:
    return values.number(name, 0)


def _formats(name: str) -> Callable[[str], tuple[str, ...]]:
    return values.choices(name, FORMATS)


def _seed(options: Options) -> None:
    options.value("--customers", _from(1), 1_000, _("number of customers"))
    options.value("--products", _from(1), 200, _("number of products"))
    options.value("--orders", _from(0), 5_000, _("number of orders"))
    options.value("--seed", _from(0), 42, _("the same seed gives the same files"))
    options.value(
        "--output",
        values.path,
        None,
        _("where the files go"),
        metavar=_("DIR"),
        shown="<data-dir>/seed",
    )
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    options.value("--start", values.day, first, _("first day of the orders"), metavar=_("DATE"))
    options.value("--end", values.day, last, _("last day of the orders"), metavar=_("DATE"))


def _input(options: Options) -> None:
    options.value(
        "--input",
        values.path,
        None,
        _("folder of the CSV files"),
        metavar=_("DIR"),
        shown="<data-dir>/seed",
    )


def _publishing(options: Options, rate: float | None, shown: str) -> None:
    options.choice(
        "--mode",
        ("replay", "stream"),
        "replay",
        _("replay publishes orders.csv, stream makes up new orders"),
    )
    options.value(
        "--rate", _rate, rate, _("events a second; 0 is as fast as possible"), shown=shown
    )
    options.value("--limit", _from(1), None, _("events to publish at most"), shown=_("no limit"))
    options.value(
        "--duration",
        values.some_seconds,
        None,
        _("how long to publish"),
        metavar="S",
        shown=_("no limit"),
    )
    options.choice(
        "--profile", ("steady", "wave", "burst"), "steady", _("how the rate goes over time")
    )
    options.value("--duplicates", _fraction, 0.0, _("share of orders published twice"), metavar="P")
    options.value(
        "--late", _fraction, 0.0, _("share of orders followed by an older version"), metavar="P"
    )
    options.value("--poison", _fraction, 0.0, _("share of broken records put in"), metavar="P")


def _max_bad(options: Options) -> None:
    options.value(
        "--max-bad",
        _from(0),
        None,
        _("records that may be undelivered, dead-lettered or rejected"),
        shown=_("no undelivered one; the others do not count"),
    )


def _produce(options: Options) -> None:
    _input(options)
    _publishing(options, None, _("replay 10, stream 5"))
    _max_bad(options)


def _consume(options: Options) -> None:
    options.flag("--until-caught-up", _("end once everything in the topic is stored"))
    options.value("--limit", _from(1), None, _("records to store at most"), shown=_("no limit"))
    options.value(
        "--duration",
        values.some_seconds,
        None,
        _("how long to run"),
        metavar="S",
        shown=_("until a signal"),
    )
    _max_bad(options)


def _validate(options: Options) -> None:
    options.value(
        "--format",
        _formats,
        ("json",),
        _("formats of the report"),
        metavar=",".join(FORMATS),
        shown="json",
    )
    options.flag("--strict", _("a warning fails too"))


def _validate_alone(options: Options) -> None:
    _validate(options)
    options.flag("--repair", _("first read damaged records from the topic again"))


def _watch(options: Options) -> None:
    options.value(
        "--watch",
        values.some_seconds,
        None,
        _("repeat every S seconds until a signal"),
        metavar="S",
        shown=_("once"),
    )


def _pipeline(options: Options) -> None:
    _seed(options)
    _publishing(options, 0.0, "0")
    _validate(options)
    _max_bad(options)


def _setup(options: Options) -> None:
    options.flag("--print", _("show the SQL and run nothing"), dest="print_sql")


def _dlq(options: Options) -> None:
    options.value(
        "--reason",
        lambda _name: str,
        None,
        _("only dead letters of this reason"),
        metavar=_("REASON"),
        shown=_("all"),
    )
    options.value("--limit", _from(1), None, _("the newest N only"), shown=_("all"))
    options.flag("--replay", _("publish them again"))
    options.flag("--yes", _("replay without asking"))
    options.value(
        "--save",
        values.path,
        None,
        _("write them to a file, one a line, to read and to mend"),
        metavar=_("FILE"),
        shown=_("none"),
    )
    options.value(
        "--fix",
        values.path,
        None,
        _("with --replay: publish the payloads of such a file instead"),
        metavar=_("FILE"),
        shown=_("none"),
    )


def _export(options: Options) -> None:
    options.choice(
        "--engine", ENGINES, ENGINES[0], _("the engine: Kafka Connect or Redpanda Connect")
    )
    options.value(
        "--output",
        values.path,
        None,
        _("where the configuration goes, with the SQL beside it"),
        metavar=_("FILE"),
        shown="<data-dir>/export/ENGINE.json",
    )


def _init(options: Options) -> None:
    options.value(
        "--from-topic",
        lambda _name: str,
        None,
        _("look at the records of this topic"),
        metavar=_("TOPIC"),
        shown=_("none"),
    )
    options.value(
        "--from-file",
        values.path,
        None,
        _("look at the records of a file: JSON, an object a line, or CSV"),
        metavar=_("FILE"),
        shown=_("none"),
    )
    options.value("--sample", _from(1), 10_000, _("records to look at, at least"))
    options.value(
        "--key",
        lambda _name: str,
        None,
        _("the path of the key, as order.id"),
        metavar=_("PATH"),
        shown=_("what looks like one"),
    )
    options.value(
        "--time",
        lambda _name: str,
        None,
        _("the path of the event's time"),
        metavar=_("PATH"),
        shown=_("what looks like one"),
    )
    options.flag("--schema", _("show the JSON Schema of pipeline.toml and end"))


def _nothing(_options: Options) -> None:
    """Declare no option: the job has none of its own."""


_DECLARE: dict[str, Callable[[Options], None]] = {
    "seed": _seed,
    "setup": _setup,
    "load": _input,
    "produce": _produce,
    "consume": _consume,
    "transform": _watch,
    "validate": _validate_alone,
    "kpis": _watch,
    "pipeline": _pipeline,
    "dlq": _dlq,
    "broker": _nothing,
    "doctor": _nothing,
    "export-connector": _export,
    "init": _init,
}
