"""What the peek at a topic says above its records: which place, what is beside it, how far."""

from core.operations.asker import Asked
from core.operations.peeked import Peeked
from core.text import _, clean, ngettext
from tui.styled_text import Line, Span, cut, line
from tui.views.frame import Frame, problem


def peek_head(
    topic: str,
    place: str,
    now: Asked[Peeked],
    page: Peeked,
    frame: Frame,
    *,
    fresh: int,
    frozen: bool,
    refusal: str,
) -> list[Line]:
    """Return the lines. place: as it was written, empty for what is before a live tail.

    fresh: records that came below a cursor.
    """
    name = clean(topic, max(frame.width // 3, 16))  # what stands behind it matters more
    spans: list[str | Span] = [" ", Span(name, "bold")]
    spans += [Span(f" · {_told(place)}", "accent")]
    spans += _live(frame, fresh, frozen=frozen) if page.live else _page(page, now, frame)
    lines = [cut(line(*spans), frame.width)]
    # Of a tail that is held still too it is said that it fails.
    latest = now.result if now.result is not None and now.answered == now.number else page
    error, hint = (now.error, now.hint) if now.error else (latest.error, latest.hint)
    if refusal:
        error, hint = refusal, ""
    if error:
        told = problem(clean(error, 300), clean(hint, 300), frame.width - 2)
        lines += [line(" ", one) for one in told]
    return lines


def _told(place: str) -> str:
    """Return where the page is; the end is a live tail, and nothing what was turned to from it."""
    if not place:
        return _("before the live tail")
    part, at, rest = place.rpartition("@")
    if rest.strip().lower() != "end":
        return _("from {place}").format(place=clean(place, 40))
    if at:
        return _("live tail of partition {number}").format(number=clean(part.strip(), 10))
    return _("live tail")


def _live(frame: Frame, fresh: int, *, frozen: bool) -> list[str | Span]:
    if fresh:
        text = ngettext("+{count} new: [g] shows it", "+{count} new: [g] shows them", fresh)
        told = text.format(count=frame.formats.count(fresh))
        return ["  ", Span(frame.keyed(told, {"g": "list.first"}), "wait")]
    if frozen:
        told = frame.keyed(_("frozen: [space] resumes"), {_("space"): "peek.hold"})
        return ["  ", Span(told, "wait")]
    return [Span(" · " + _("newest first"), "dim")]


def _page(page: Peeked, now: Asked[Peeked], frame: Frame) -> list[str | Span]:
    formats = frame.formats
    if now.running:
        told = frame.keyed(_("running · [escape] cancels"), {_("escape"): "peek.leave"})
        if now.total:
            told = _("offset {done} of {total}").format(
                done=formats.count(now.done), total=formats.count(now.total)
            ) + (" · " + told)
        return [Span(" · " + told, "wait")]
    count = len(page.records)
    text = ngettext("{count} record", "{count} records", count)
    beside = _("offsets before: {before}, after: {after}").format(
        before=formats.count(page.before), after=formats.count(page.after)
    )
    return [" · " + text.format(count=formats.count(count)), Span(" · " + beside, "dim")]
