"""What a producer is asked to do, checked before anything is opened."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from core.errors import UsageError
from core.pipeline import Pipeline, builtin
from core.producer.modes import Mode, Profile
from core.registry.writer import WireWriter
from core.text import _, clean

DEFAULT_RATES: dict[Mode, float] = {"replay": 10.0, "stream": 5.0}
"""Events per second of each mode unless the caller says otherwise."""

DELETED = 0.1
"""Share of made-up events that are deleted again, where a pipeline knows deletes."""

MAX_RATE = 10_000_000.0
"""Events per second beyond which a rate is taken for a slip; 0 means as fast as possible."""


@dataclass(frozen=True)
class ProduceOptions:
    """Options of one producer run.

    input: folder of the files, or, for a replay, a file itself. rate: events per second, 0 as fast
    as possible. limit: events taken from the source; what is injected comes on top. duration_s:
    seconds from the start. duplicates, late, poison: share of events, 0 to 1, after which a fault
    is injected. deletes: share of made-up events whose row is deleted again. seed: of what is
    injected and of a stream's choices; None is new at every run. pipeline: whose events they are.
    writer: of records that are not JSON.

    Errors: UsageError naming the option.
    """

    mode: Mode = "replay"
    input: Path = Path("data/seed")
    rate: float = 10.0
    limit: int | None = None
    duration_s: float | None = None
    profile: Profile = "steady"
    duplicates: float = 0.0
    late: float = 0.0
    poison: float = 0.0
    deletes: float = 0.0
    seed: int | None = None
    pipeline: Pipeline = field(default_factory=builtin)
    writer: WireWriter | None = None

    def __post_init__(self) -> None:
        """Check every option."""
        _check_choice("--mode", self.mode, get_args(Mode))
        check_profile(self.profile)
        check_rate(self.rate)
        if self.limit is not None and self.limit < 1:
            raise _unusable("--limit", self.limit, _("give a whole number from 1"))
        if self.duration_s is not None and not 0 < self.duration_s < math.inf:
            raise _unusable("--duration", self.duration_s, _("give seconds above 0"))
        for option, share in (
            ("--duplicates", self.duplicates),
            ("--late", self.late),
            ("--poison", self.poison),
            ("--deletes", self.deletes),
        ):
            if not 0 <= share <= 1:
                raise _unusable(option, share, _("give a share from 0 to 1, such as 0.01"))
        if self.deletes and not self.pipeline.definition.deletes:
            raise UsageError(
                _("--deletes: nothing deletes rows of {name}").format(name=self.pipeline.name),
                hint=_("leave --deletes out, or name an envelope or tombstones in [event]"),
            )
        if self.deletes and self.mode != "stream":
            raise UsageError(
                _("--deletes: a file says by itself what is deleted"),
                hint=_("leave --deletes out, or use --mode stream"),
            )
        if self.seed is not None and self.seed < 0:
            raise _unusable("--seed", self.seed, _("give a whole number from 0"))

    @property
    def injects(self) -> bool:
        """Whether anything is to be injected."""
        return max(self.duplicates, self.late, self.poison, self.deletes) > 0


def check_rate(rate: float) -> None:
    """Refuse a rate that cannot be kept. Errors: UsageError."""
    if not 0 <= rate <= MAX_RATE:
        raise _unusable("--rate", rate, _("give events per second, or 0 for unlimited"))


def check_profile(profile: str) -> None:
    """Refuse an unknown profile. Errors: UsageError."""
    _check_choice("--profile", profile, get_args(Profile))


def _check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise _unusable(
            option, value, _("choose one of {choices}").format(choices=", ".join(choices))
        )


def _unusable(option: str, value: object, hint: str) -> UsageError:
    return UsageError(
        _("{option}: {value} cannot be used").format(option=option, value=clean(value, 60)),
        hint=hint,
    )
