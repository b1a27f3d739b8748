"""The banner says what matters before all else, and nothing when nothing does."""

from core.operations.poller import Reading
from core.operations.snapshot import ExternalActivity, Watch
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.workers import RunState
from tests.support.moments import NOW, figures, frame, moment
from tui.views.banner import banner


def text(now, width=120, **options):
    lines = banner(now, frame(width, **options))
    assert all(entry.width <= width for entry in lines)
    return "\n".join(entry.text for entry in lines)


def test_an_empty_data_directory_says_what_to_press():
    assert "press d to run the whole pipeline" in text(moment())


def test_it_is_silent_once_there_are_orders_or_work():
    assert text(moment(figures=figures(5))) == ""
    assert text(moment(producer=ProducerSnapshot(state=RunState.RUNNING))) == ""
    assert text(moment(seed=TaskSnapshot(running=True))) == ""
    assert text(moment(watch=Reading(Watch(records=3)))) == ""


def test_the_demonstration_names_its_step():
    demo = TaskSnapshot(running=True, step="publish and consume", done=2, total=4)
    running = ProducerSnapshot(state=RunState.RUNNING, fraction=0.5)
    shown = text(moment(demo=demo, producer=running), plain=True)
    assert "demo 2/4 publish and consume  ##########----------  d cancels" in shown


def test_a_failed_opening_shows_what_how_to_mend_and_the_key():
    opening = TaskSnapshot(
        error="the warehouse is held by process 12 (dropship --run consume)",
        hint="end it first",
        ended_at=NOW,
    )
    for width in (80, 40):
        shown = text(moment(ready=False, opening=opening), width)
        assert "held by process 12" in shown
        assert "end it first" in shown
        assert "r reconnects now" in shown


def test_opening_says_what_it_waits_for():
    waiting = TaskSnapshot(running=True, note="the broker does not answer")
    assert "does not answer" in text(moment(ready=False, opening=waiting))


def test_work_of_others_is_said_to_be_theirs():
    shown = text(moment(external=ExternalActivity(1_204.0, 900.0)))
    assert "others publish 1,204/s, store 900/s" in shown
    assert "not started here" in shown
