"""How far `content` has come, from one validation of a console to the next.

A console that checks every few seconds cannot read millions of records each time. It takes what is
new and a slice of what is old, round and round, and knows since when each record was looked at.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from core.warehouse.model import ContentSpan, Damage

NEW_ROWS, OLD_ROWS = 200_000, 50_000
"""Records of one table that one run with a ledger takes, of the new ones and of the old ones."""
MAX_KNOWN = 1_000
"""Damaged records that are remembered one by one; more are counted."""


@dataclass
class TableLedger:
    """How far one table was compared.

    newest: position up to which everything was compared once. oldest: that of the round that goes
    on. damaged: by position; each run looks at them again. uncounted: damaged records beyond those.
    behind: whether new records are left for the next run.
    """

    newest: int | None = None
    oldest: int = 0
    rounds: int = 0
    behind: bool = False
    damaged: dict[int, Damage] = field(default_factory=dict)
    uncounted: int = 0

    def fit(self, span: ContentSpan) -> int:
        """Begin anew where the table is not the one of the last run; return `newest`."""
        if self.newest is None or self.newest > span.last:
            self.newest = self.oldest = span.first - 1
            self.damaged.clear()
            self.uncounted = 0
        return self.newest

    def forget(self, after: int, last: int) -> None:
        """Forget what was damaged between two positions: it is looked at again."""
        for position in [known for known in self.damaged if after < known <= last]:
            del self.damaged[position]

    def learn(self, damage: Damage) -> None:
        """Remember a damaged record."""
        if len(self.damaged) < MAX_KNOWN:
            self.damaged[damage.position] = damage
        else:
            self.uncounted += 1

    def next_round(self, first: int) -> None:
        """Note that a round is complete, and begin the next one."""
        self.rounds += 1
        self.oldest = first - 1
        self.uncounted = 0


@dataclass
class ContentLedger:
    """What one run hands to the next; used by one thread at a time.

    new_rows, old_rows: how many records of a table a run takes; None: all. since: every record was
    looked at after this moment (UTC); None while some never were.
    """

    new_rows: int | None = NEW_ROWS
    old_rows: int = OLD_ROWS
    tables: dict[str, TableLedger] = field(default_factory=lambda: defaultdict(TableLedger))
    _seen_since: datetime | None = None
    _round_since: datetime | None = None

    @classmethod
    def whole(cls) -> "ContentLedger":
        """Return a ledger with which one run reads everything."""
        return cls(new_rows=None, old_rows=0)

    @property
    def since(self) -> datetime | None:
        """Every record was looked at after this moment; None while some never were."""
        behind = any(table.behind for table in self.tables.values())
        return None if behind else self._seen_since

    def begin(self, now: datetime) -> None:
        """Note that a run begins."""
        if self._round_since is None:
            self._round_since = now

    def end(self, now: datetime) -> None:
        """Note that the run of `now` ends, and whether it completed a round."""
        if any(table.behind for table in self.tables.values()):
            return
        if self._seen_since is None or all(table.rounds for table in self.tables.values()):
            self._seen_since, self._round_since = self._round_since, now
            for table in self.tables.values():
                table.rounds = 0
