"""Every key that the help lists is pressed and does what it says there.

`DOES` holds, for each binding by its id, what pressing one of its keys must bring about. A binding
without an entry fails, so no key comes into the help that nothing presses.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from textual.command import CommandPalette

from core.jobs import produce, seed
from core.operations.leaving import Stage
from core.operations.replay_result import ReplayResult
from core.text import _
from core.workers import RunState
from tests.integration.producer.running import held_elsewhere
from tui.dialogs.ask_key import AskKey
from tui.dialogs.choose import ChooseScreen
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.options_form import OptionsForm
from tui.dialogs.row_details import RowDetails
from tui.dialogs.settings_form import LimitsForm
from tui.export import text_of
from tui.row_order import Arrangement
from tui.screens.command_line import CommandLine
from tui.screens.desk import DeskScreen
from tui.screens.explore import ExploreScreen
from tui.screens.figures import FiguresScreen
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.peek import PeekScreen
from tui.screens.search import SearchScreen
from tui.screens.sql import SqlScreen
from tui.screens.table import TableScreen

Press = Callable[[], Awaitable[None]]

LOOKS = pytest.mark.parametrize(
    ("code", "size"),
    [("en", (120, 36)), pytest.param("fr", (80, 24), marks=pytest.mark.slow)],
)
"""The whole board in English; the tabs in French with the long tests."""
ENDING = {"app.quit", "app.interrupt", "app.suspend"}
"""Pressed in a test of their own, as each ends its console."""


@pytest.fixture
def settings(settings):
    """Alerts come at once, so that there are some to move over."""
    limits = settings.thresholds.model_copy(update={"alert_hold_s": 0.0})
    return replace(settings, thresholds=limits)


async def walk(here, bindings, node=None):
    """Press every key of some bindings and see what it does. node: the pane they belong to."""
    for binding in bindings:
        if binding.id in ENDING:
            continue
        for key in binding.key.split(","):
            pressed = []

            async def press(key=key, pressed=pressed):
                pressed.append(key)
                await here.press(key)

            if node is not None:
                here.console.go_to(node.NAME)
                await here.draw()
            here.console.clear_notifications()
            await DOES[binding.id](here, press)
            assert pressed, f"{binding.id} was never pressed"
            await here.back()


async def walk_pane(here, name):
    """Press every key of a pane."""
    (pane,) = (pane for pane in here.console.panes if name == pane.NAME)
    here.console.go_to(name)
    await here.draw()
    await walk(here, pane.own_bindings(), pane)


async def seeded(here, orders=300):
    """Generate a small set."""
    controller = here.console.controller
    controller.generate(seed.Options(customers=20, products=10, orders=orders))
    await here.until(
        lambda: controller.snapshot().seed.result and not controller.snapshot().seed.running
    )


async def filled(here):
    """Put orders, dead letters and alerts where panes can show them."""
    controller = here.console.controller
    await seeded(here, 60)
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0, poison=0.5))
    await here.until(lambda: controller.snapshot().merge.total.taken >= 60)
    controller.validate()
    await here.until(lambda: controller.snapshot().validation.result)
    controller.consumer.stop()
    await here.until(lambda: controller.consumer is None)


@LOOKS
@pytest.mark.parametrize("name", ["seed", "producer", "consumer"])
def test_keys_of_the_panes_that_do_the_work(play, code, size, name):
    async def script(here):
        if name == "producer":
            await seeded(here, 4_000)
        await walk_pane(here, name)

    play(script, code=code, size=size)


@pytest.mark.slow
@LOOKS
@pytest.mark.parametrize(
    "names", [("validation", "kpis"), ("events", "alerts"), ("warehouse", "logs", "doctor")]
)
def test_keys_of_the_panes_that_look(play, code, size, names):
    async def script(here):
        here.console.controller.explorer.log.begin()
        await filled(here)
        for name in names:
            await walk_pane(here, name)

    play(script, code=code, size=size)


@LOOKS
@pytest.mark.slow
def test_keys_that_work_everywhere(play, code, size):
    async def script(here):
        for _node, bindings in here.console.common_bindings():
            await walk(here, bindings)

    play(script, code=code, size=size)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_keys_that_leave_end_everything_first(play, key):
    async def script(here):
        await seeded(here)
        here.console.controller.start_consumer()
        await here.until(lambda: consumer(here).state is RunState.RUNNING)
        await here.press(key)
        assert here.console.controller.leaving.latest.stage is not Stage.HERE
        await here.until(lambda: here.console.return_value == 0)
        assert consumer(here).state is RunState.STOPPED

    play(script)


def test_every_binding_of_the_help_is_pressed_by_these_tests(play):
    async def script(here):
        console = here.console
        common = [one for _node, found in console.common_bindings() for one in found]
        panes = [one for pane in console.panes for one in pane.own_bindings()]
        assert {one.id for one in (*common, *panes)} == {*DOES, *ENDING}

    play(script, ready=False)


def moment(here):
    return here.console.controller.snapshot()


def producer(here):
    return moment(here).producer


def consumer(here):
    return moment(here).consumer


def chosen(here):
    return here.console._main.chosen


# -- everywhere


def goes_to(name):
    async def check(here, press):
        await press()
        assert name == chosen(here).NAME
        assert chosen(here).display

    return check


async def maximises(here, press):
    here.console.go_to("producer")
    main = here.console._main
    alone = lambda: main.chosen.NAME == "producer" if main.small else main.has_class("-alone")  # noqa: E731
    before = alone()
    await press()
    assert alone() is not before
    await press()
    assert alone() is before


async def restores(here, press):
    here.console.go_to("producer")
    here.console.go_to("logs")
    await here.draw()
    await press()
    assert ("overview" if here.console._main.small else "producer") == chosen(here).NAME


def shows_charts_over(before, after):
    async def check(here, press):
        main = here.console._main
        main.window = replace(main.window, seconds=before)
        await press()
        assert main.window.seconds == after

    return check


def reads(before, after):
    async def check(here, press):
        main = here.console._main
        main.window = replace(main.window, back=before)
        await press()
        assert main.window.back == after
        await here.press("escape")
        assert main.window.back is None

    return check


async def holds_charts(here, press):
    main = here.console._main
    here.console.go_to("consumer")
    for held in (True, False):
        await press()
        assert (main.window.held is not None) is held


async def asks_for_the_demonstration(here, press):
    await press()
    assert isinstance(here.console.screen, ConfirmScreen)
    assert _("Run the whole pipeline?") in here.text
    await here.press("n")
    assert not moment(here).demo.running


async def leaves_the_key_to_the_pane(here, press):
    here.console.go_to("kpis")
    await here.until(lambda: moment(here).figures.value)
    before = moment(here).figures.at
    await press()  # nothing is to be opened again
    await here.until(lambda: moment(here).figures.at > before)


async def shows_the_palette(here, press):
    await press()
    assert isinstance(here.console.screen, CommandPalette)


async def takes_a_command(here, press):
    await press()
    assert isinstance(here.console.screen, CommandLine)


async def copies(here, press):
    here.console.go_to("doctor")
    await here.draw()
    await press()
    assert here.console.clipboard == text_of(chosen(here))
    assert here.told == [_("Sent to the clipboard.")]


def writes(pattern):
    async def check(here, press):
        here.console.go_to("producer")
        await here.draw()
        await press()
        await here.until(lambda: here.told)
        assert list(here.console.exports.glob(pattern))

    return check


async def changes_the_theme(here, press):
    before = here.console.theme
    await press()
    assert here.console.theme != before


async def shows_help(here, press):
    await press()
    assert isinstance(here.console.screen, HelpScreen)


# -- seed


async def generates(here, press):
    await press()
    if isinstance(here.console.screen, ConfirmScreen):
        await here.press("y")
    await here.until(lambda: moment(here).seed.result)


def opens(kind):
    async def check(here, press):
        await press()
        assert isinstance(here.console.screen, kind)
        await here.back()

    return check


async def judges_a_setting(here, press):
    here.console.chosen.show_part("settings")
    await here.draw()
    await press()
    told = _("{name} is an option of the command line.").format(name="--data-dir")
    assert here.told == [told]


async def lists_contexts(here, press):
    await press()
    listed = isinstance(here.console.screen, ChooseScreen)
    assert listed or here.told[-1].startswith(_("there are no contexts"))


async def asks_which_key(here, press):
    here.console.go_to("consumer")
    await here.draw()
    await opens(AskKey)(here, press)


async def lists_the_figures(here, press):
    here.console.controller.refresh()
    await here.until(lambda: moment(here).figures.value)
    await opens(FiguresScreen)(here, press)


async def cancels(here, press):
    here.console.controller.generate(seed.Options(orders=3_000_000))
    await here.until(lambda: moment(here).seed.done)
    await press()
    await here.until(lambda: not moment(here).seed.running)
    assert moment(here).seed.result is None or moment(here).seed.result.cancelled


# -- producer and consumer


async def running(here, worker, key="s"):
    """Start the worker of the chosen pane, or let it go on."""
    if worker(here).state is not RunState.RUNNING:
        await here.press(key)
    await here.until(lambda: worker(here).state is RunState.RUNNING)


def starts(worker):
    async def check(here, press):
        await press()
        await here.until(lambda: worker(here).state is RunState.RUNNING)

    return check


def pauses(worker):
    async def check(here, press):
        await running(here, worker)
        await press()
        await here.until(lambda: worker(here).state is RunState.PAUSED)
        await press()
        await here.until(lambda: worker(here).state is RunState.RUNNING)

    return check


def stops(worker):
    async def check(here, press):
        await running(here, worker)
        await press()
        await here.until(lambda: worker(here).state is RunState.STOPPED)

    return check


def changes_rate(factor):
    async def check(here, press):
        chosen(here)._set_rate(200.0)
        await press()
        assert chosen(here).options.rate == 200.0 * factor

    return check


async def goes_flat_out_and_back(here, press):
    chosen(here)._set_rate(200.0)
    await press()
    assert chosen(here).options.rate == 0
    await press()
    assert chosen(here).options.rate == 200.0


async def takes_the_next_profile(here, press):
    before = chosen(here).options.profile
    await press()
    assert chosen(here).options.profile != before


async def streams(here, press):
    await here.until(lambda: here.console.controller.producer is None)
    await press()
    if here.console.screen.id != "main":  # it asks unless a stream ran last
        await here.press("y")
    await here.until(lambda: producer(here).state is RunState.RUNNING)
    assert producer(here).mode == "stream"
    await here.press("x")
    await here.until(lambda: producer(here).state is RunState.STOPPED)


# -- validation and KPIs


async def validates(here, press):
    before = moment(here).validation.ended_at
    await press()
    await here.until(lambda: moment(here).validation.ended_at != before)
    assert moment(here).validation.result


def changes(figure):
    async def check(here, press):
        before = getattr(moment(here), figure)
        await press()
        assert getattr(moment(here), figure) != before

    return check


async def checks_regularly(here, press):
    await press()
    assert isinstance(here.console.screen, ChooseScreen)
    await here.press("j", "enter")
    assert moment(here).validation_every_s == 10
    here.console.controller.validate_every(0)
    await here.until(lambda: not moment(here).validation.running)


async def names_the_reports(here, press):
    await press()
    assert moment(here).reports
    assert all(report in here.told[-1] for report in moment(here).reports)


async def reads_the_figures(here, press):
    before = moment(here).figures.at
    await press()
    await here.until(lambda: moment(here).figures.at > before)


# -- rows


async def has_rows(here):
    """Wait for rows without a filter, and go to the first."""
    if chosen(here).sheet == "warehouse_merges":
        await here.press("shift+tab")  # one merge is no list to move in
    view = chosen(here).rows_view
    await here.until(lambda: len(view.rows) > 1)
    view.move_to_end(last=False)
    return view


def place(view):
    return view.rows.index(view.current)


async def filters(here, press):
    view = await has_rows(here)
    await press()
    assert view.typing
    await here.press(*"no such", "enter")
    assert view.rows == ()
    view.clear_filter()


async def ends_the_filter(here, press):
    view = await has_rows(here)
    view.set_filter("no such")
    await press()
    assert view.rows
    assert chosen(here).rows_view is view


def moves(to, start=0):
    """to: where the cursor is afterwards, of so many rows with so many on the screen."""

    async def check(here, press):
        for _try in range(20):
            view = await has_rows(here)
            rows, count, room = view.rows, len(view.rows), view._room
            view.move(start if start >= 0 else count)
            await press()
            if view.rows == rows:  # none came meanwhile: the cursor would have gone with its row
                break
        assert place(view) == min(max(to(count, room), 0), count - 1)

    return check


def by_first(names):
    """Return rows by the first of their columns."""
    return Arrangement(names[0])


def arranges(before, after):
    """before, after: how rows with these columns are arranged, without the key and with it."""

    async def check(here, press):
        view = await has_rows(here)
        view.order_rows(before(view.columns))
        await press()
        assert view.arrangement == after(view.columns)
        view.order_rows(Arrangement())

    return check


def seeks():
    """Go from a match to the next one; all rows stay."""

    async def check(here, press):
        view = await has_rows(here)
        words = view.rows[0].key
        view.set_filter(words)
        view.end_typing()
        await press()
        assert not view.filter
        assert view.current in view.rows
        assert len(view.rows) > 1

    return check


async def opens_a_row(here, press):
    await has_rows(here)
    if chosen(here).NAME == "warehouse":
        await opens(TableScreen)(here, press)
        return
    if chosen(here).NAME != "alerts":
        await opens(RowDetails)(here, press)
        return
    await press()
    assert chosen(here).NAME != "alerts"
    await here.press("escape")
    assert chosen(here).NAME == "alerts"


# -- the panes that look


async def switches(here, press):
    before = chosen(here).sheet
    await press()
    assert chosen(here).sheet != before


async def switches_back(here, press):
    before = chosen(here).sheet
    await here.press("tab")
    await press()
    assert chosen(here).sheet == before


async def topic(here, letters=False):
    """Show the list wanted."""
    if (chosen(here).sheet == "dead_letters") is not letters:
        await here.press("tab")
    await has_rows(here)


async def holds(here, press):
    await topic(here)
    assert chosen(here).wants == "topic"
    await press()
    assert chosen(here).wants == ""
    await press()
    assert chosen(here).wants == "topic"


async def replays_one(here, press):
    await topic(here)
    await press()
    assert here.told == [_("[tab] shows the dead letters; those can be replayed.")]
    await topic(here, letters=True)
    before = moment(here).explored.letters.value.total
    await press()
    assert isinstance(here.console.screen, ConfirmScreen)
    await here.press("y")
    await here.until(lambda: moment(here).explored.replay.result == ReplayResult(1, 1))
    # It leaves the list with the next reading; until then a count of the list would hold it.
    await here.until(lambda: moment(here).explored.letters.value.total == before - 1)


async def replays_all(here, press):
    await topic(here, letters=True)
    await press()
    assert isinstance(here.console.screen, ConfirmScreen)
    count = int(re.sub(r"\D", "", here.console.screen._title))
    assert count > 1
    await here.press("y")
    await here.until(lambda: moment(here).explored.replay.result == ReplayResult(count, count))
    await topic(here)


async def reads_the_warehouse(here, press):
    await has_rows(here)
    before = moment(here).explored.inspection.at
    await press()
    await here.until(lambda: moment(here).explored.inspection.at > before)


async def cancels_a_replay(here, press):
    await press()
    assert here.told == [_("No replay is under way.")]
    with held_elsewhere(here.console.controller.settings):
        assert here.console.controller.replay(["one that waits no more"])
        await here.until(lambda: moment(here).explored.replay.note)
        await press()
        await here.until(lambda: not moment(here).explored.replay.running)
    assert moment(here).explored.replay.result.cancelled


def keeps_up(name):
    async def check(here, press):
        before = getattr(moment(here).upkeep, name).ended_at
        await press()
        await here.until(lambda: getattr(moment(here).upkeep, name).ended_at != before)
        assert getattr(moment(here).upkeep, name).error == ""
        assert moment(here).upkeep.latest[0] == name

    return check


async def asks_and_repairs(here, press):
    before = moment(here).upkeep.repair.ended_at
    await press()
    assert isinstance(here.console.screen, ConfirmScreen)
    assert moment(here).upkeep.repair.ended_at == before
    await here.press("y")
    await here.until(lambda: moment(here).upkeep.repair.ended_at != before)
    assert moment(here).upkeep.repair.error == ""


async def cancels_upkeep(here, press):
    await press()
    assert here.told == [_("Nothing is under way that could be cancelled.")]


async def marks_as_seen(here, press):
    await has_rows(here)
    rule = chosen(here).rows_view.current.source.rule
    await press()
    marked = [alert for alert in moment(here).alerts if alert.active and alert.acknowledged_at]
    assert [alert.rule for alert in marked] == [rule]
    await press()
    assert here.told == [_("This alert is already acknowledged.")]


async def marks_all_as_seen(here, press):
    await has_rows(here)
    await press()
    assert all(alert.acknowledged_at for alert in moment(here).alerts if alert.active)
    assert here.told


async def takes_the_next_level(here, press):
    before = chosen(here)._least
    await press()
    assert chosen(here)._least != before


async def examines(here, press):
    await press()
    await here.until(
        lambda: moment(here).explored.doctor.running or moment(here).explored.doctor.result
    )
    await here.until(lambda: not moment(here).explored.doctor.running)
    assert moment(here).explored.doctor.result


DOES = {
    **{entry.id: goes_to(entry.id.partition(".")[2]) for entry in MainScreen.BINDINGS},
    "pane.maximise": maximises,
    "chart.shorter": shows_charts_over(3_600, 300),
    "chart.longer": shows_charts_over(300, 3_600),
    "chart.left": reads(None, 0),
    "chart.right": reads(1, 0),
    "chart.hold": holds_charts,
    "pane.restore": restores,
    "app.demo": asks_for_the_demonstration,
    "app.retry": leaves_the_key_to_the_pane,
    "app.command": takes_a_command,
    "app.contexts": lists_contexts,
    "app.palette": shows_the_palette,
    "app.copy": copies,
    "app.write": writes("producer_*.csv"),
    "app.write_history": writes("history_*.json"),
    "app.picture": writes("screen_*.svg"),
    "app.theme": changes_the_theme,
    "app.sql": opens(SqlScreen),
    "app.explore": opens(ExploreScreen),
    "screen.trace": asks_which_key,
    "app.help": shows_help,
    "seed.generate": generates,
    "seed.options": opens(OptionsForm),
    "seed.cancel": cancels,
    "producer.start": starts(producer),
    "producer.pause": pauses(producer),
    "producer.stop": stops(producer),
    "producer.faster": changes_rate(1.25),
    "producer.slower": changes_rate(0.8),
    "producer.leap": changes_rate(10),
    "producer.drop": changes_rate(0.1),
    "producer.flat_out": goes_flat_out_and_back,
    "producer.profile": takes_the_next_profile,
    "producer.options": opens(OptionsForm),
    "producer.stream": streams,
    "consumer.start": starts(consumer),
    "consumer.pause": pauses(consumer),
    "consumer.stop": stops(consumer),
    "validation.run": validates,
    "validation.interval": checks_regularly,
    "validation.export": names_the_reports,
    "kpis.figures": lists_the_figures,
    "kpis.refresh": reads_the_figures,
    "kpis.interval": opens(ChooseScreen),
    "rows.filter": filters,
    "rows.open": opens_a_row,
    "alerts.details": opens(RowDetails),
    "rows.next": moves(lambda _count, _room: 1),
    "rows.previous": moves(lambda count, _room: count - 2, start=-1),
    "rows.first": moves(lambda _count, _room: 0, start=-1),
    "rows.last": moves(lambda count, _room: count - 1),
    "rows.down": moves(lambda _count, room: int(room * 0.5)),
    "rows.up": moves(lambda count, room: count - 1 - int(room * 0.5), start=-1),
    "rows.seek": seeks(),
    "rows.seek_back": seeks(),
    "rows.sort": arranges(lambda _names: Arrangement(), lambda names: Arrangement(names[0])),
    "rows.reverse": arranges(by_first, lambda names: Arrangement(names[0], descending=True)),
    "rows.hide": arranges(by_first, lambda names: by_first(names).without(names)),
    "rows.show": arranges(
        lambda names: Arrangement(names[1], hidden=frozenset(names[:1])),
        lambda names: Arrangement(names[1]),
    ),
    "rows.escape": ends_the_filter,
    "events.switch": switches,
    "events.hold": holds,
    "events.search": opens(SearchScreen),
    "events.peek": opens(PeekScreen),
    "events.letters": opens(DeskScreen),
    "events.replay": replays_one,
    "events.replay_all": replays_all,
    "events.cancel": cancels_a_replay,
    "warehouse.merge": keeps_up("merge"),
    "warehouse.load": keeps_up("load"),
    "warehouse.setup": keeps_up("setup"),
    "warehouse.repair": asks_and_repairs,
    "warehouse.cancel": cancels_upkeep,
    "warehouse.switch": switches,
    "warehouse.back": switches_back,
    "warehouse.again": reads_the_warehouse,
    "alerts.acknowledge": marks_as_seen,
    "alerts.acknowledge_all": marks_all_as_seen,
    "logs.level": takes_the_next_level,
    "alerts.limits": opens(LimitsForm),
    "doctor.edit": judges_a_setting,
    "doctor.reset": judges_a_setting,
    "doctor.run": examines,
    "doctor.switch": switches,
}
