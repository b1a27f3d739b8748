"""Every hint is followed as it stands, and helps; what cannot be tried here says why."""

import importlib
import re
from pathlib import Path

import pytest

from core.remedies import REMEDIES
from tests.support.bench import Bench
from tests.support.hints import hints
from tests.unit.hints.elsewhere import ELSEWHERE
from tests.unit.hints.scenes import SCENES

for _module in ("settings", "options", "files", "flow", "doctor", "init", "own"):
    importlib.import_module(f"tests.unit.hints.{_module}")

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if scene.slow else [])
        for name, scene in SCENES.items()
    ],
)
def test_the_hint_helps(bench, name):
    scene = SCENES[name]
    scene.play(bench)
    assert bench.given == set(scene.hints)


def test_every_hint_is_tried_or_says_why_not():
    found = {**hints(), **{remedy.command: "core/remedies.py" for remedy in REMEDIES}}
    tried = {hint for scene in SCENES.values() for hint in scene.hints}
    missing = {text: where for text, where in found.items() if text not in tried | set(ELSEWHERE)}
    assert not missing, "a scene in tests/unit/hints, or a reason in elsewhere.py"
    assert not (tried | set(ELSEWHERE)) - set(found), "no such hint any more"
    assert not tried & set(ELSEWHERE)


@pytest.mark.parametrize("hint", ELSEWHERE)
def test_a_test_that_stands_for_it_exists(hint):
    for name in re.findall(r"(tests/[\w/]+\.py)::(\w+)", ELSEWHERE[hint]):
        assert f"def {name[1]}(" in (ROOT / name[0]).read_text(), ELSEWHERE[hint]
