"""The banner under the strip: what a person should know before all else; mostly there is none."""

from rich.cells import cell_len

from core.operations.snapshot import ControllerSnapshot
from core.text import _
from core.workers import RunState
from tui.styled_text import Line, Span, advice, bar, cut, fit, keys, line
from tui.views.frame import Frame, wrap

_STEPS, _BAR = 4, 20


def banner(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return no line, or the few that matter: trouble, the demonstration, who is at work."""
    if now.demo.running:
        return [_demo(now, frame)]
    lines = _opening(now, frame)
    if now.external.seen:
        lines.append(_others(now, frame))
    elif not lines and untouched(now):
        lines += welcome(frame)
    return [cut(line(" ", entry), frame.width) for entry in lines]


def untouched(now: ControllerSnapshot) -> bool:
    """Whether nothing has been done with this data directory yet."""
    figures = now.figures.value
    idle = now.producer.state is RunState.IDLE and now.consumer.state is RunState.IDLE
    seeded = now.seed.running or now.seed.result is not None
    empty = now.watch.value is None or not now.watch.value.records
    nothing = figures is not None and figures.empty
    return nothing and empty and idle and not seeded


def welcome(frame: Frame) -> list[Line]:
    """Return what an empty pipeline is told: the flow, and the key that sets each part going."""
    arrow = Span(" > " if frame.ascii_only else " ▶ ", "dim")
    steps = [
        frame.keyed(_("[1 g] generate"), {"1 g": "seed.generate"}, whole=True),
        frame.keyed(_("[2 s] publish"), {"2 s": "producer.start"}, whole=True),
        frame.keyed(_("[3 s] store and merge"), {"3 s": "consumer.start"}, whole=True),
        frame.keyed(_("[4 v] check"), {"4 v": "validation.run"}, whole=True),
        frame.keyed(_("[5] KPIs"), {"5": "pane.kpis"}),
    ]
    pieces: list[Line | Span] = []
    for step in steps:
        pieces += [arrow, keys(step)] if pieces else [keys(step)]
    flow = line(*pieces)
    text = _(
        "Nothing here yet: press [d] to run the whole pipeline once on made-up events, "
        "[?] for all keys"
    )
    if keys(text).width >= frame.width:
        text = _("Nothing here yet: press [d] to run the whole pipeline once, [?] for all keys")
    text = frame.keyed(text, {"d": "app.demo", "?": "app.help"})
    told = advice(text, frame.width - 2)
    return [*told, flow] if flow.width <= frame.width - 2 else told


def _demo(now: ControllerSnapshot, frame: Frame) -> Line:
    """Return the step under way; the task names it and counts it."""
    demo = now.demo
    done = now.producer.fraction if now.producer.state is RunState.RUNNING else None
    cancel = keys(frame.keyed(_("[d] cancels"), {"d": "app.demo"}))
    last = line(Span(_("cancelling"), "wait")) if demo.cancelling else cancel
    head = Span(" " + _("demo {done}/{total}").format(done=demo.done, total=_STEPS) + " ", "accent")
    room = frame.width - len(head.text) - last.width - 3
    if room < cell_len(demo.step):
        return cut(line(head, fit(demo.step, room), "  ", last), frame.width)
    pieces: list[Line | Span | str] = [head, demo.step, "  "]
    if done is not None and room >= cell_len(demo.step) + _BAR + 2:
        pieces += [bar(done, _BAR, ascii_only=frame.ascii_only), "  "]
    return cut(line(*pieces, last), frame.width)


def _opening(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return what keeps warehouse or broker from being open: each has its own trouble."""
    if now.ready:
        return []
    tasks = (now.opening, now.opening_broker)
    failed = [task for task in tasks if task.error]
    running = next((task for task in tasks if task.running), None)
    if not failed and running is None:
        return []
    if not failed and running is not None:
        note = running.note or _("opening {broker} and {warehouse}").format(
            broker=now.broker, warehouse=now.warehouse
        )
        return [line(Span(note, "wait"))]
    room = frame.width - 2
    most = 2 if len(failed) == 1 else 1
    told = _("[r] reconnects now; retrying automatically every few seconds")
    again = keys(frame.keyed(told, {"r": "app.retry"}))
    errors = [line(Span(text, "bad")) for task in failed for text in wrap(task.error, room)[:most]]
    hints = [line(Span(text, "dim")) for task in failed for text in wrap(task.hint, room)[:most]]
    if hints and hints[-1].width + again.width + 3 <= room:
        hints[-1] = line(hints[-1], "   ", again)
    else:
        hints.append(again)
    return [*errors, *hints]


def _others(now: ControllerSnapshot, frame: Frame) -> Line:
    form, others = frame.formats, now.external
    parts = []
    if others.produced is not None:
        parts.append(_("publish {rate}").format(rate=form.rate(others.produced)))
    if others.consumed is not None:
        parts.append(_("store {rate}").format(rate=form.rate(others.consumed)))
    sign = "o" if frame.ascii_only else "◎"
    return line(
        Span(f"{sign} ", "accent"),
        _("others {what}").format(what=", ".join(parts)),
        Span(_(" (not started here: the broker tells rates and lag)"), "dim"),
    )
