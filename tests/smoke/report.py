"""The report of the smoke test: a file that can be sent to a stranger.

Names of the account are replaced wherever they stand; secrets never come near it. Each step has
its duration and an estimate of what it cost: an XSMALL warehouse takes one credit an hour and every
size above twice as much, and a step is counted as if the warehouse had been awake all the time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import __version__
from core.text import clean

_MASKED = {
    "SNOW_ACCOUNT": "account",
    "SNOW_CONNECTION_NAME": "connection",
    "SNOW_USER": "user",
    "SNOW_WORKER_USER": "worker-user",
    "SNOW_ROLE": "role",
    "SNOW_WAREHOUSE": "warehouse",
    "SNOW_DATABASE": "database",
    "SNOW_SCHEMA": "schema",
}
_SECRET = ("PASSWORD", "PASSCODE", "PASSPHRASE", "TOKEN", "SECRET", "PRIVATE_KEY")
"""Words in the names of settings whose values nobody may see; no message ever holds one."""
_SHORT = 3
"""A name of so few letters stands in other words; it is masked only as a whole word."""
_SIZES = ("X-Small", "Small", "Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large")
_LIMIT = 0.2
_MEANINGS = """`as hoped`: the documents were read rightly. `OTHER`: they were not, or something
failed. `not shown`: this server cannot tell."""


@dataclass(frozen=True)
class Step:
    """One line. credits_used: an estimate, 0 for what ran without the warehouse."""

    name: str
    outcome: str
    seen: str
    seconds: float
    credits_used: float


class Report:
    """Lines as they come. names: settings to mask. rate: credits an hour of the warehouse."""

    def __init__(self, names: Mapping[str, str], *, began_at: datetime, rate: float = 1.0) -> None:
        self.hide(names)
        self._began_at = began_at
        self.rate = rate
        self.version = "unknown"
        self.steps: list[Step] = []

    def hide(self, names: Mapping[str, str]) -> None:
        """Mask what these settings name, from now on."""
        self._hidden = hidden_names(names)

    def add(
        self, name: str, outcome: str, seen: str, seconds: float, *, billed: bool = True
    ) -> Step:
        """Note a step; return it with every name masked."""
        cost = seconds / 3600 * self.rate if billed else 0.0
        step = Step(name, outcome, self.masked(seen), seconds, cost)
        self.steps.append(step)
        return step

    def masked(self, text: str) -> str:
        """Return a text without the names of the account and without control characters."""
        plain = clean(text, 600)
        for pattern, word in self._hidden:
            plain = pattern.sub(f"<{word}>", plain)
        return plain

    @property
    def credits_used(self) -> float:
        """The estimate for all steps, and the minute after which the warehouse sleeps."""
        return sum(step.credits_used for step in self.steps) + self.rate / 60

    def text(self) -> str:
        """Return the report as Markdown."""
        seconds = sum(step.seconds for step in self.steps)
        over = "" if self.credits_used <= _LIMIT else f", more than the {_LIMIT} that were meant"
        at = f"{self._began_at:%Y-%m-%d %H:%M}"
        head = [
            "# Smoke test on Snowflake",
            "",
            f"dropship {__version__}, Snowflake {self.masked(self.version)}, {at} UTC",
            "",
            f"{seconds:.0f} s, about {self.credits_used:.3f} credits{over}, {self.rate:g} an hour",
            "",
            _MEANINGS,
            "",
            "| step | outcome | seconds | credits | seen |",
            "|---|---|---:|---:|---|",
        ]
        rows = [
            f"| {step.name} | {step.outcome} | {step.seconds:.1f} | {step.credits_used:.4f} |"
            f" {_cell(step.seen)} |"
            for step in self.steps
        ]
        return "\n".join([*head, *rows]) + "\n"

    def write(self, folder: Path) -> Path:
        """Write the report into a folder; return the file."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"smoke_snowflake_{self._began_at:%Y%m%d_%H%M%S}.md"
        file.write_text(self.text(), encoding="utf-8")
        return file


def hidden_names(names: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """Return what to look for, longest first, and the word to put in its place."""
    found: dict[str, str] = {}
    for setting, word in _MASKED.items():
        if value := names.get(setting):
            found[value] = word
            if setting == "SNOW_ACCOUNT":
                # Organisation and account apart, and the locator without its region.
                found |= {part: word for part in re.split(r"[-.]", value) if len(part) > _SHORT}
    for setting, value in names.items():
        if value and any(word in setting for word in _SECRET):
            found[value] = "secret"
    host = names.get("SNOW_CONNECT_HOST")
    if host:
        found[host] = "host"
    return [
        (_pattern(value), found[value]) for value in sorted(found, key=len, reverse=True) if value
    ]


def hourly_rate(size: str) -> float:
    """Return the credits an hour of a warehouse of a size; of an unknown one those of XSMALL."""
    return 2.0 ** _SIZES.index(size) if size in _SIZES else 1.0


def _pattern(value: str) -> re.Pattern[str]:
    edge = r"(?<![A-Za-z0-9_$]){}(?![A-Za-z0-9_$])" if len(value) <= _SHORT else "{}"
    return re.compile(edge.format(re.escape(value)), re.IGNORECASE)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
