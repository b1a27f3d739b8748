"""What is asked before dead letters are replayed."""

from collections import Counter
from collections.abc import Sequence

from core.operations.inspect import ListedLetter
from core.text import _, clean, ngettext
from tui.formats import Formats
from tui.views.payload import preview

_REASONS = 10
_PREVIEWED = 5


def replay_title(fit: Sequence[ListedLetter], formats: Formats) -> str:
    """Return the question; a single letter is named by its place."""
    if len(fit) == 1:
        return _("Replay dead letter {place}?").format(place=_place(fit[0]))
    text = ngettext("Replay {count} dead letter?", "Replay {count} dead letters?", len(fit))
    return text.format(count=formats.count(len(fit)))


def all_lines(reasons: Sequence[tuple[int, str]], topic: str, formats: Formats) -> list[str]:
    """Return what a replay of all letters that match would do. reasons: how many, and why."""
    lines = [_("to {topic}, with their keys and headers:").format(topic=clean(topic, 60))]
    lines += [f"  {formats.count(count)} × {clean(why, 40)}" for count, why in reasons[:_REASONS]]
    lines.append(_("those that the merge rejected are skipped; edits are not used"))
    return lines


def replayed_lines(fit: Sequence[ListedLetter], left_out: int, topic: str) -> list[str]:
    """Return what a replay would do. left_out: letters of the list that cannot be replayed."""
    lines = [_("original key, bytes and headers, to {topic}:").format(topic=clean(topic, 60))]
    reasons = Counter(clean(one.letter.reason, 40) for one in fit)
    lines += [f"  {count} × {reason}" for reason, count in reasons.most_common(_PREVIEWED)]
    lines += [
        f"  {_place(one)}  {_key(one)}{clean(one.letter.detail, 44)}" for one in fit[:_PREVIEWED]
    ]
    if len(fit) > _PREVIEWED:
        lines.append(_("  and {count} more").format(count=len(fit) - _PREVIEWED))
    if left_out:
        lines.append(
            _("{count} skipped: rejected by the merge, already in the raw table").format(
                count=left_out
            )
        )
    return lines


def _place(one: ListedLetter) -> str:
    """Return where a dead letter stood: topic, partition, offset."""
    letter = one.letter
    return f"{clean(letter.topic, 40)}/{letter.partition}/{letter.offset}"


def _key(one: ListedLetter) -> str:
    """Return the key of a dead letter, for a line of a question."""
    return "" if one.letter.key is None else preview(one.letter.key, 24) + "  "
