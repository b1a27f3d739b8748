"""`dlq`: lists dead letters, and publishes them again when asked and confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import iso
from core.dlq.replay import Replay
from core.jobs.backends import open_broker, open_warehouse
from core.jobs.base import JobContext, Summary, Table
from core.text import _, clean
from core.text.figures import count
from core.warehouse.model import StoredDeadLetter

_SHOWN = 20
_MERGE = "merge"


@dataclass(frozen=True)
class Options:
    """Which letters, and whether to publish them again; `yes` confirms that."""

    replay: bool = False
    reason: str | None = None
    limit: int | None = None
    yes: bool = False


@dataclass(frozen=True)
class DlqResult:
    """The letters as they stood before, and how many of them were published again."""

    letters: Sequence[StoredDeadLetter]
    replayed: int
    unconfirmed: bool

    @property
    def bad(self) -> str:
        """Nothing: what cannot be published is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "dead_letters": [_as_json(letter) for letter in self.letters],
            "replayed": self.replayed,
        }

    def summary(self) -> Summary:
        """Return a table of the letters, and what became of them."""
        lines = [_("{count} dead letters").format(count=count(len(self.letters)))]
        if self.replayed:
            lines.append(_("{count} published again").format(count=count(self.replayed)))
        if self.unconfirmed:
            lines.append(_("nothing was published: add --yes to publish these again"))
        if len(self.letters) > _SHOWN:
            lines.append(_("the first {count}; --json has all").format(count=count(_SHOWN)))
        rows = [
            (
                iso(letter.received_at),
                clean(letter.reason, 40),
                f"{clean(letter.topic, 40)}/{letter.partition}/{letter.offset}",
                clean(letter.detail, 60),
            )
            for letter in self.letters[:_SHOWN]
        ]
        heads = (_("received"), _("reason"), _("topic/partition/offset"), _("detail"))
        return Summary(lines=tuple(lines), tables=[Table(heads, rows)] if rows else [])


def run(context: JobContext, options: Options) -> DlqResult:
    """List, and with `replay` and `yes` publish again."""
    with open_warehouse(context) as warehouse:
        letters = warehouse.dead_letters(reason=options.reason, limit=options.limit)
        if options.replay:
            # A letter of the merge stands in the raw table already: publishing it would double it.
            letters = [letter for letter in letters if letter.stage != _MERGE]
        context.note({"dead_letters": [_as_json(letter) for letter in letters], "replayed": 0})
        if not (options.replay and options.yes and letters):
            return DlqResult(letters, 0, unconfirmed=options.replay and bool(letters))
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
            )
            try:
                replayed = replay.publish(letters[::-1], context.stop)  # oldest first
            finally:
                context.note({"replayed": replay.acked})
    return DlqResult(letters, replayed, unconfirmed=False)


def _as_json(letter: StoredDeadLetter) -> dict[str, object]:
    return {
        "event_id": letter.event_id,
        "reason": letter.reason,
        "detail": letter.detail,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "received_at": letter.received_at,
    }
