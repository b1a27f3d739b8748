"""A moment that travels in parts arrives as it was, and only what changed travels."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.alerts.model import Alert, Level, Restart
from core.consumer.snapshot import ConsumerSnapshot
from core.pipeline import builtin
from core.seed.spec import SeedFile, SeedResult
from core.service.parts import Assembled, Changes
from core.service.status import StatusResult
from core.service.wire import Service, encode
from core.text import speaking
from core.workers import RunState
from tests.support.explorer_scenes import explored
from tests.support.moments import NOW, moment
from tests.support.scenes import STATES, scene

SEEDED = SeedResult(50, 20, 400, 42, (SeedFile(Path("data/seed/orders.csv"), 400, 12, "ab" * 32),))


@pytest.mark.parametrize("state", STATES)
def test_every_scene_arrives_as_it_was(state):
    sent = replace(
        scene(state, SEEDED, explored(state)),
        restarts=(Restart("consumer", 2, NOW, "why"),),
        unstored=5,
    )
    arrived = Assembled(builtin().definition).take(Changes().of(sent))
    letters = sent.explored.letters
    if letters.value is not None:
        # A sequence of headers arrives as a list, whatever it was.
        listed = tuple(
            replace(one, letter=replace(one.letter, headers=list(one.letter.headers)))
            for one in letters.value.letters
        )
        letters = replace(letters, value=replace(letters.value, letters=listed))
        sent = replace(sent, explored=replace(sent.explored, letters=letters))
    found = sent.seed.result
    if found is not None:
        files = tuple(replace(file, path=file.path.absolute()) for file in found.files)
        sent = replace(sent, seed=replace(sent.seed, result=replace(found, files=files)))
    assert arrived == sent


def test_only_what_changed_travels():
    changes, now = Changes(), moment()
    first = changes.of(now)
    assert changes.of(now) == {}
    assert changes.of(replace(now, at=now.at + timedelta(seconds=1))) == {}
    later = replace(now, at=now.at + timedelta(seconds=2), behind_s=3.5)
    assert set(changes.of(later)) == {"at", "behind_s"}
    assert set(changes.of(now)) == {"at", "behind_s"}
    assert len(encode(first)) > 20 * len(encode({"behind_s": 3.5}))


def test_what_was_told_before_stays():
    changes, assembled, now = Changes(), Assembled(builtin().definition), moment()
    assembled.take(changes.of(now))
    later = replace(now, unstored=7)
    assert assembled.take(changes.of(later)) == later


def test_states_and_levels_are_told_in_words():
    alert = Alert("lag", Level.BAD, Level.BAD, "much", NOW, told={"fr": "beaucoup"})
    now = replace(moment(), alerts=(alert,), consumer=ConsumerSnapshot(state=RunState.WAITING))
    service = Service(1, "0", 7, "then", "")
    for code, state, level, message in (
        ("en", "consumer: waiting", "critical", "much"),
        ("fr", "consommateur\u00a0: attente", "critique", "beaucoup"),
    ):
        with speaking(code):
            told = Assembled(builtin().definition).take(Changes(code).of(now))
            summary = StatusResult(service, told).summary()
        assert any(line.startswith(state) for line in summary.lines), summary.lines
        assert summary.tables[0].rows[0][0::2] == (level, message)
