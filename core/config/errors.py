"""Everything wrong with the settings at once, so that a person fixes them in one go."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import ConfigError
from core.text import _


@dataclass(frozen=True)
class Problem:
    """One wrong setting: one line on what and where, one on how to fix it.

    setting: its name as it is written; empty where the whole file is meant.
    """

    message: str
    hint: str = ""
    setting: str = ""


class SettingsError(ConfigError):
    """One or more wrong settings. message joins them all; hint is that of the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            _("; ").join(problem.message for problem in problems), hint=problems[0].hint
        )
        self.problems = tuple(problems)
