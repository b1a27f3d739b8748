"""The preview of a reset of offsets: before, after, what is read again or skipped."""

from core.operations.asker import Asked
from core.operations.offset_plan import OffsetMove, OffsetPlan
from core.text import N_, _, clean, ngettext
from tui.formats import Formats
from tui.row_table import Row, RowTable, column
from tui.styled_text import Line, Span, line
from tui.views.frame import Frame, problem, wrap


def plan_table(plan: OffsetPlan | None, formats: Formats) -> RowTable:
    """Return the partitions of a plan."""
    columns = (
        column(N_("part"), 4, right=True),
        column(N_("before"), 13, right=True),
        column(N_("after"), 13, right=True),
        column(N_("read again"), 14, right=True),
        column(N_("skipped"), 14, right=True),
        column(N_("begin"), 13, right=True, drop=2),
        column(N_("end"), 13, right=True, drop=1),
    )
    rows = tuple(_row(move, formats) for move in plan.moves) if plan else ()
    return RowTable(columns, rows, name="offset_plan")


def _row(move: OffsetMove, formats: Formats) -> Row:
    count = formats.count
    return Row(
        str(move.partition),
        (
            str(move.partition),
            count(move.before),
            Span(count(move.after), "bold" if move.after != move.before else "text"),
            Span(count(move.again), "wait" if move.again else "dim"),
            Span(count(move.skipped), "bad" if move.skipped else "dim"),
            Span(count(move.low), "dim"),
            Span(count(move.end), "dim"),
        ),
        move,
    )


def plan_told(plan: OffsetPlan, formats: Formats) -> str:
    """Return what a plan does to how many records."""
    again = ngettext("{count} record read again", "{count} records read again", plan.again)
    skipped = ngettext("{count} record skipped", "{count} records skipped", plan.skipped)
    return ", ".join(
        text.format(count=formats.count(number))
        for text, number in ((again, plan.again), (skipped, plan.skipped))
    )


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
            "serves displays alone. Before: the stored offsets."
        )
        lines += [line(" ", Span(part, "dim")) for part in wrap(told, width)]
    plan = now.result
    if refusal:
        lines += [line(" ", Span(part, "bad")) for part in wrap(refusal, width)]
    elif now.running:
        lines.append(line(" ", Span(_("reading"), "wait")))
    elif now.error:
        wrong = problem(clean(now.error, 300), clean(now.hint, 300), width)
        lines += [line(" ", one) for one in wrong]
    elif plan is not None:
        told = plan_told(plan, frame.formats)
        if plan.done:
            lines.append(
                line(" ", Span(_("the offsets were reset: {told}").format(told=told), "ok"))
            )
        elif plan.refusal:
            lines += _refused(plan, frame)
        else:
            lines.append(line(" ", Span(told, "wait")))
    return lines


def _refused(plan: OffsetPlan, frame: Frame) -> list[Line]:
    refused = _("reading again from there is refused: {reason}").format(reason=plan.refusal)
    hint = _(
        "[7 p] puts damaged records back, [6 r] replays dead letters; another --data-dir or schema "
        "reads the whole topic anew"
    )
    hint = frame.keyed(hint, {"7 p": "warehouse.repair", "6 r": "events.replay"}, whole=True)
    if plan.again:
        why = _(
            "Stored records are not replaced either: the merge took each once, in the order they "
            "came, and dead letters may have been replayed or dismissed since."
        )
        hint = f"{why} {hint[:1].upper()}{hint[1:]}."
    return [line(" ", one) for one in problem(refused, hint, frame.width - 2)]
