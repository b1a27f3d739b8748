"""Checks and limits of a definition: what does not fit together is refused with its line."""

import pytest

from core.alerts.model import RULES
from core.config.sources import TAKEN
from core.config.thresholds import Thresholds
from core.pipeline import builtin
from core.pipeline.checks import ENGINE_CHECKS
from core.pipeline.read import DefinitionError, read_definition
from core.text import use_language
from core.validation import checks_of
from tests.support.meters import DEFINITION


def refused(old: str, new: str) -> str:
    assert DEFINITION.count(old) == 1, old
    with pytest.raises(DefinitionError) as caught:
        read_definition(DEFINITION.replace(old, new), "p.toml", TAKEN)
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('name = "plausible"', 'name = "volume"', ".name: 'volume' is a check of the engine"),
        ('name = "plausible"', 'name = "sites_known"', ".name: 'sites_known' is there twice"),
        (
            'parameters = ["kwh_max"]',
            'parameters = ["kwh_min"]',
            ".parameters: 'kwh_min' is no threshold",
        ),
        ('warn = "high_warn"', 'warn = "hi_warn"', ".figures: 'hi_warn' is no threshold"),
        ('of = "meters"', 'of = "metres"', ".figures: 'metres' is none of its figures"),
        ('of = "meters"\n', "", ".figures: 'high_share' is a share of nothing"),
        ('share = "high_share"', 'share = "high"', ".figures: 'high' is there twice"),
        ('share = "high_share"', 'share = "rows"', ".figures: 'rows' has a meaning of its own"),
        ('table = "sites"', 'table = "towns"', ".figures: 'towns' is no table of the definition"),
        ("oldest_days = {", "freshness_warn_s = {", "thresholds.freshness_warn_s: is a setting of"),
        ("oldest_days = {", "pipeline = {", "thresholds.pipeline: is a setting of dropship"),
        ("default = 100", "default = 0", "thresholds.kwh_max: its default is out of its own"),
        ("default = 30", "default = 30.5", "thresholds.oldest_days: its default is no whole"),
        ('events = "meter_events"', 'events = "dead_letters"', "tables.events: is a table of the"),
        ('rows = "meters"\n\n[row]', 'rows = "meter_events"\n\n[row]', "tables.rows: names a"),
        ("[references.sites]", "[references.meters]", "references.meters: names a table that"),
    ],
)
def test_what_does_not_fit_together_is_told(old: str, new: str, problem: str) -> None:
    told = refused(old, new)
    assert problem in told
    assert "p.toml:" in told


def test_the_line_is_that_of_the_check() -> None:
    told = refused('name = "sites_known"', 'name = "content"')
    line = DEFINITION[: DEFINITION.index('name = "sites_known"')].count("\n") + 1
    assert told == f"p.toml:{line}: checks.2.name: 'content' is a check of the engine"


def test_the_names_that_are_reserved_are_those_of_the_engine() -> None:
    own = [check.name for check in builtin().definition.checks]
    assert list(checks_of(builtin().definition)) == [*ENGINE_CHECKS, *own]
    assert {*Thresholds.model_fields, "pipeline", "reports_dir"} == TAKEN
    assert "schema_drift" in RULES


def test_a_row_is_called_a_row_unless_the_definition_says_more() -> None:
    start, end = DEFINITION.index("[row]"), DEFINITION.index("[event]")
    row = read_definition(DEFINITION[:start] + DEFINITION[end:], "p.toml").row
    assert (row.name, row.of(1), row.of(2)) == ("row", "row", "rows")
    use_language("fr")
    try:
        assert (row.singular, row.plural) == ("ligne", "lignes")
    finally:
        use_language("en")
