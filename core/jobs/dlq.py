"""`dlq`: lists dead letters, and publishes them again when asked and confirmed."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import iso
from core.config.folders import check_file
from core.dlq.editing import check_letters, edited_letters, save_letters
from core.dlq.replay import Replay, Waiting
from core.errors import UsageError
from core.jobs.backends import open_broker, open_warehouse
from core.jobs.base import JobContext, Summary, Table
from core.jobs.options import DlqOptions
from core.registry.display import ReadableValues
from core.text import _, clean, ngettext
from core.text.amounts import dead_letters
from core.text.number_format import count
from core.warehouse.base import Warehouse
from core.warehouse.model import StoredDeadLetter

_SHOWN = 20

log = logging.getLogger(__name__)


Options = DlqOptions


@dataclass(frozen=True)
class DlqResult:
    """The letters as they stood before, and how many of them were published again.

    saved: the file they were written to. gone: how many of the file to fix from wait no more.
    of_merge: letters of the merge, listed or left out of a replay.
    """

    letters: Sequence[StoredDeadLetter]
    replayed: int
    unconfirmed: bool
    saved: Path | None = None
    gone: int = 0
    of_merge: int = 0

    @property
    def bad(self) -> str:
        """Nothing: what cannot be published is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "dead_letters": [_as_json(letter) for letter in self.letters],
            "replayed": self.replayed,
            "saved": self.saved,
            "gone": self.gone,
            "of_merge": self.of_merge,
        }

    def summary(self) -> Summary:
        """Return a table of the letters, and what became of them."""
        lines = [dead_letters(len(self.letters))]
        if self.replayed:
            lines.append(_("{count} replayed").format(count=count(self.replayed)))
        if self.saved is not None:
            lines.append(
                _("written to {file}: fix the payloads, then --replay --fix {file}").format(
                    file=clean(self.saved)
                )
            )
        if self.gone:
            lines.append(
                ngettext(
                    "{count} of the file is no longer pending and is skipped",
                    "{count} of the file are no longer pending and are skipped",
                    self.gone,
                ).format(count=count(self.gone))
            )
        if self.of_merge:
            lines.append(_about_merge(self.of_merge))
        if self.unconfirmed:
            lines.append(_("nothing was replayed: add --yes to replay these"))
        if len(self.letters) > _SHOWN:
            lines.append(_("the first {count}; --json has all").format(count=count(_SHOWN)))
        rows = [
            (
                iso(letter.received_at),
                _("consumer") if letter.replayable else _("merge"),
                clean(letter.reason, 40),
                f"{clean(letter.topic, 40)}/{letter.partition}/{letter.offset}",
                clean(letter.detail, 60),
            )
            for letter in self.letters[:_SHOWN]
        ]
        heads = (
            _("received"),
            _("found by"),
            _("reason"),
            _("topic/partition/offset"),
            _("detail"),
        )
        return Summary(lines=tuple(lines), tables=[Table(heads, rows)] if rows else [])


def run(context: JobContext, options: Options) -> DlqResult:
    """List, and with `replay` and `yes` publish again."""
    if options.fix is not None and not options.replay:
        raise UsageError(
            _("--fix says what to publish, and needs --replay"),
            hint=_("add --replay, and --yes once the preview is right"),
        )
    if options.fix is not None:
        check_letters(options.fix)
    if options.save is not None:
        check_file("--save", options.save, makes_folder=False)
    with open_warehouse(context) as warehouse:
        letters, gone, of_merge = _chosen(context, warehouse, options)
        context.note({"dead_letters": [_as_json(letter) for letter in letters], "replayed": 0})
        if options.save is not None:
            shown = ReadableValues(context.settings, context.clock)
            save_letters(letters, options.save, shown.text)
        replayed = 0
        if options.replay and options.yes and letters:
            replayed = _replay(context, warehouse, letters)
    unconfirmed = options.replay and not options.yes and bool(letters)
    return DlqResult(letters, replayed, unconfirmed, options.save, gone, of_merge)


def _chosen(
    context: JobContext, warehouse: Warehouse, options: Options
) -> tuple[list[StoredDeadLetter], int, int]:
    """Return the letters that are meant; how many of the file to fix from are no more.

    Then how many there are of the merge; a replay without fixing leaves them out.
    """
    limit = None if options.replay else options.limit
    letters = warehouse.dead_letters(reason=options.reason, limit=limit)
    if options.fix is not None:
        from core.consumer.decoders.factory import decoder_of  # noqa: PLC0415 - loads Arrow

        fixed, gone = edited_letters(letters, options.fix, decoder_of(context.settings))
        return fixed[: options.limit], len(gone), 0
    fit = [letter for letter in letters if letter.replayable]
    of_merge = len(letters) - len(fit)
    return (fit[: options.limit] if options.replay else letters), 0, of_merge


def _about_merge(number: int) -> str:
    """Return what letters of the merge are, and what to do about them."""
    return ngettext(
        "{count} letter was rejected by the merge: its event is already in the raw table, "
        "so --replay skips it",
        "{count} letters were rejected by the merge: their events are already in the raw table, "
        "so --replay skips them",
        number,
    ).format(count=count(number)) + _(
        "; fix the payload with --save FILE, then --replay --fix FILE"
    )


def _replay(context: JobContext, warehouse: Warehouse, letters: Sequence[StoredDeadLetter]) -> int:
    """Publish letters, the oldest first; return how many the broker has acknowledged."""
    task = _("replay")
    told: set[str] = set()

    def waiting(reason: str) -> None:
        if reason not in told:
            told.add(reason)
            log.warning(reason)
        context.progress.update(task, replay.acked, reason)

    with open_broker(context, start_embedded=False) as broker:
        kafka = context.settings.kafka
        replay = Replay(
            broker,
            warehouse,
            topic=kafka.topic,
            group_id=kafka.group_id,
            lock_file=context.settings.paths.producer_lock,
            clock=context.clock,
            timeout_s=context.settings.timeout_s,
            waiting=Waiting(waiting),
        )
        replay.mark = context.settings.warehouse_mark
        context.progress.start(task, len(letters), _("dead letters"))
        try:
            return replay.publish(sorted(letters, key=_age), context.stop)
        finally:
            context.progress.update(task, replay.acked)
            context.progress.finish(task)
            context.note({"replayed": replay.acked})


def _age(letter: StoredDeadLetter) -> tuple[datetime, int, int]:
    """Return what puts the oldest letter first, and those of a partition in their order."""
    return letter.received_at, letter.partition, letter.offset


def _as_json(letter: StoredDeadLetter) -> dict[str, object]:
    return {
        "event_id": letter.event_id,
        "stage": letter.stage,
        "replayable": letter.replayable,
        "reason": letter.reason,
        "detail": letter.detail,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "received_at": letter.received_at,
    }
