"""Measures with their words in every language: who looks at a service may speak another one."""

from collections.abc import Callable
from dataclasses import replace

from core.alerts.model import RuleValue
from core.text import language, speaking
from core.text.catalogue import LANGUAGES


def in_every_language(measure: Callable[[], list[RuleValue]]) -> list[RuleValue]:
    """Return measures with their messages by language. measure: finds the same each time."""
    own = measure()
    told = {language(): [value.message for value in own]}
    for code in LANGUAGES:
        if code not in told:
            with speaking(code):
                told[code] = [value.message for value in measure()]
    return [
        replace(value, told={code: messages[number] for code, messages in told.items()})
        for number, value in enumerate(own)
    ]
