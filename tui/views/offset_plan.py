"""The preview of a reset of offsets: before, after, what is read again or skipped."""

from core.operations.asker import Asked
from core.operations.offset_plan import OffsetMove, OffsetPlan, Reread
from core.text import N_, _, clean, ngettext
from tui.formats import Formats
from tui.row_table import Row, RowTable, column
from tui.styled_text import Line, Span, line
from tui.views.frame import Frame, problem, wrap


def plan_table(plan: OffsetPlan | None, formats: Formats, *, own: bool) -> RowTable:
    """Return the partitions of a plan. own: of our own group, whose offsets stay."""
    columns = (
        column(N_("part"), 4, right=True),
        column(N_("stored") if own else N_("before"), 13, right=True),
        column(N_("from") if own else N_("after"), 13, right=True),
        column(N_("read again"), 14, right=True),
        *(() if own else (column(N_("skipped"), 14, right=True),)),
        column(N_("begin"), 13, right=True, drop=2),
        column(N_("end"), 13, right=True, drop=1),
    )
    rows = tuple(_row(move, formats, own=own) for move in plan.moves) if plan else ()
    return RowTable(columns, rows, name="offset_plan")


def _row(move: OffsetMove, formats: Formats, *, own: bool) -> Row:
    count = formats.count
    skipped = Span(count(move.skipped), "bad" if move.skipped else "dim")
    return Row(
        str(move.partition),
        (
            str(move.partition),
            count(move.before),
            Span(count(move.after), "bold" if move.after != move.before else "text"),
            Span(count(move.again), "wait" if move.again else "dim"),
            *(() if own else (skipped,)),
            Span(count(move.low), "dim"),
            Span(count(move.end), "dim"),
        ),
        move,
    )


def plan_told(plan: OffsetPlan, formats: Formats) -> str:
    """Return what a plan does to how many records."""
    if plan.own:
        again = ngettext(
            "{count} record to read again", "{count} records to read again", plan.again
        )
        return again.format(count=formats.count(plan.again))
    again = ngettext("{count} record read again", "{count} records read again", plan.again)
    skipped = ngettext("{count} record skipped", "{count} records skipped", plan.skipped)
    return ", ".join(
        text.format(count=formats.count(number))
        for text, number in ((again, plan.again), (skipped, plan.skipped))
    )


def reread_told(found: Reread, formats: Formats) -> str:
    """Return what reading again has brought."""
    filled = found.filled
    read = ngettext("{count} record read again", "{count} records read again", found.records)
    held = ngettext("{count} stored before", "{count} stored before", found.held)
    events = ngettext("{count} event was missing", "{count} events were missing", filled.events)
    letters = ngettext(
        "{count} dead letter was missing", "{count} dead letters were missing", filled.letters
    )
    resolved = ngettext(
        "{count} dead letter is an event now",
        "{count} dead letters are events now",
        filled.resolved,
    )
    brought = (
        (held, found.held),
        (events, filled.events),
        (letters, filled.letters),
        (resolved, filled.resolved),
    )
    parts = [text.format(count=formats.count(number)) for text, number in brought if number]
    return f"{read.format(count=formats.count(found.records))}: " + ", ".join(parts or ["-"])


def plan_head(
    group: str, topic: str, now: Asked[OffsetPlan], frame: Frame, *, own: bool, refusal: str
) -> list[Line]:
    """Return whose offsets are looked at and what came of it. refusal: of what was typed."""
    width = frame.width - 2
    name = Span(clean(group, 80), "bold")
    lines = [line(" ", name, Span(f"   {clean(topic, 80)}", "dim"))]
    if own:
        told = _(
            "This group reads from the offsets stored in the warehouse; what it committed to Kafka "
            "serves displays alone. Reading again stores what is missing, makes events of dead "
            "letters that can be read now, and leaves all else, also these offsets, as it is."
        )
        lines += [line(" ", Span(part, "dim")) for part in wrap(told, width)]
    plan = now.result
    if refusal:
        lines += [line(" ", Span(part, "bad")) for part in wrap(refusal, width)]
        return lines
    reread = None if plan is None else plan.reread
    if now.running and reread is not None:
        told = _("offset {done} of {total}").format(
            done=frame.formats.count(reread.passed), total=frame.formats.count(reread.total)
        )
        running = frame.keyed(_("running · [escape] cancels"), {_("escape"): "offsets.leave"})
        lines.append(line(" ", told, Span(f" · {running}", "wait")))
    elif now.running:
        lines.append(line(" ", Span(_("reading"), "wait")))
    elif now.error:
        wrong = problem(clean(now.error, 300), clean(now.hint, 300), width)
        lines += [line(" ", one) for one in wrong]
    elif plan is not None and reread is None:
        lines += _previewed(plan, frame)
    if reread is not None and reread.records:
        text = reread_told(reread, frame.formats)
        done = plan is not None and plan.done
        lines += [line(" ", Span(part, "ok" if done else "text")) for part in wrap(text, width)]
    return lines


def _previewed(plan: OffsetPlan, frame: Frame) -> list[Line]:
    told = plan_told(plan, frame.formats)
    if plan.done:
        return [line(" ", Span(_("the offsets were reset: {told}").format(told=told), "ok"))]
    if plan.refusal:
        nothing = _("nothing to read again: {reason}").format(reason=plan.refusal)
        return [line(" ", Span(part, "wait")) for part in wrap(nothing, frame.width - 2)]
    return [line(" ", Span(told, "wait"))]
