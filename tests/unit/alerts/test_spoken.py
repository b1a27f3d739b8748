"""An alert has its words in every language, numbers included; what looks chooses."""

from datetime import UTC, datetime

import pytest

from core.alerts.engine import AlertEngine
from core.alerts.model import Level, PipelineSample
from core.alerts.rules import RuleEvaluator
from core.config.thresholds import Thresholds
from core.text import _, language, speaking, use_language
from core.text.number_format import count

AT = datetime(2026, 1, 1, tzinfo=UTC)
LIMITS = Thresholds(alert_lag_warn=10, alert_lag_fail=1_000, alert_hold_s=0)
ENGLISH = "5,000 records waiting in the topic"
FRENCH = "5\u00a0000 enregistrements en attente dans le topic"


@pytest.fixture(autouse=True)
def english():
    yield
    use_language("en")


def raised(lags):
    """Return the alert of the lag after some moments."""
    rules, engine = RuleEvaluator(LIMITS), AlertEngine(0)
    for second, lag in enumerate(lags):
        now = PipelineSample(float(second), AT, offsets={0: 0}, ends={0: lag})
        engine.see(now.now_s, AT, rules.values(now))
    return next(alert for alert in engine.latest if alert.rule == "lag")


@pytest.mark.parametrize("lags", [[5_000], [50, 5_000], [9_000, 5_000]])
@pytest.mark.parametrize("own", ["en", "fr"])
def test_it_is_said_in_the_language_of_who_looks(lags, own):
    use_language(own)
    alert = raised(lags)
    assert alert.level is Level.BAD
    assert alert.message == {"en": ENGLISH, "fr": FRENCH}[own]
    assert alert.said_in("en").message == ENGLISH
    assert alert.said_in("fr").message == FRENCH
    assert alert.said_in("xx").message == alert.message
    assert alert.said_in("fr").told == {}


def test_speaking_is_for_this_thread_and_this_block():
    use_language("en")
    with speaking("fr"):
        assert (language(), _("idle"), count(1234)) == ("fr", "inactif", "1\u00a0234")
        with speaking("nowhere"):
            assert language() == "fr"
    assert (language(), _("idle"), count(1234)) == ("en", "idle", "1,234")
