"""Options that several jobs take alike; those of each job are in `core.jobs.options`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from core.jobs.option_declarations import Opt
from core.producer.modes import Mode, Profile
from core.text import N_

Format = Literal["json", "html", "junit"]

NONE, NO_LIMIT = N_("none"), N_("no limit")


def _share(text: str, label: str) -> Opt:
    return Opt(text, "P", low=0, high=1, label=label, note=N_("share of orders, 0 to 1"))


@dataclass(frozen=True)
class BadLimit:
    """What jobs take that count bad records; see `too_many_bad`."""

    max_bad: Annotated[
        int | None,
        Opt(
            N_("records that may be undelivered, dead-lettered or rejected"),
            shown=N_("no undelivered one; the others do not count"),
            low=0,
        ),
    ] = None


@dataclass(frozen=True)
class Measured:
    """What is taken by whatever runs long enough to be scraped."""

    metrics_port: Annotated[
        int | None,
        Opt(
            N_("serve Prometheus metrics on this port of 127.0.0.1; 0 takes a free one"),
            shown=NONE,
            low=0,
            high=65_535,
        ),
    ] = None


@dataclass(frozen=True)
class Publishing:
    """What to publish. rate: events per second, None the default of the mode; duration: seconds."""

    mode: Annotated[
        Mode, Opt(N_("replay publishes orders.csv, stream makes up new orders"), label=N_("mode"))
    ] = "replay"
    rate: Annotated[
        float | None,
        Opt(
            N_("events per second; 0 is unlimited"),
            shown=N_("replay 10, stream 5"),
            low=0,
            label=N_("rate"),
            note=N_("events per second; 0: unlimited"),
        ),
    ] = None
    limit: Annotated[
        int | None,
        Opt(
            N_("events to publish at most"),
            shown=NO_LIMIT,
            low=1,
            label=N_("limit"),
            note=N_("orders; empty: all"),
        ),
    ] = None
    duration: Annotated[
        float | None,
        Opt(
            N_("how long to publish"),
            "S",
            NO_LIMIT,
            label=N_("duration"),
            note=N_("seconds; empty: no end"),
        ),
    ] = None
    profile: Annotated[Profile, Opt(N_("how the rate goes over time"), label=N_("profile"))] = (
        "steady"
    )
    duplicates: Annotated[
        float, _share(N_("share of orders published twice"), N_("duplicates"))
    ] = 0.0
    late: Annotated[
        float, _share(N_("share of orders followed by an older version"), N_("late"))
    ] = 0.0
    poison: Annotated[float, _share(N_("share of broken records put in"), N_("poison"))] = 0.0
    deletes: Annotated[
        float | None,
        Opt(
            N_("share of made-up events whose row is deleted again"),
            "P",
            N_("stream 0.1, where rows can be deleted"),
            low=0,
            high=1,
            label=N_("deletes"),
            note=N_("share of orders, 0 to 1"),
        ),
    ] = None


@dataclass(frozen=True)
class Checks:
    """format: report formats. strict: WARN is bad too."""

    format: Annotated[Sequence[Format], Opt(N_("formats of the report"), shown="json")] = ("json",)
    strict: Annotated[bool, Opt(N_("a warning fails too"))] = False
