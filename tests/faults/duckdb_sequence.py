"""DuckDB alone: a sequence used after an UPDATE in one transaction writes over other memory.

    python tests/faults/duckdb_sequence.py [sequence | numbered]

Nothing of dropship is in here, so that it can be reported as it is. One thread is enough.

1. A transaction updates a table. Its undo entry is larger than 4 KB, so the undo buffer takes a
   block of 256 KB that the buffer manager may evict.
2. The first `nextval` puts the sequence's state (usage_count and counter, 16 bytes) into the same
   block, and `DuckTransaction::PushSequenceUsage` keeps a plain reference to it, without a pin.
3. Memory gets short: the block is written to the temporary file, its memory goes to other data.
4. Each further `nextval` of that transaction writes those 16 bytes through the old reference: into
   whatever lies there now. What is committed to the log is the state before the eviction, so after
   a crash the sequence gives numbers again that were given before.

Prints how many rows of another table changed, and the sequence's value before and after recovery.
With `numbered` the same transaction runs without a sequence. Exit 1: something changed.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

ROWS = 400_000
LIMIT = "48MB"
ROUNDS = 24


def main(kind: str) -> int:
    """Run one kind; return 1 when bytes changed or the sequence went back."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "one.duckdb")
        with duckdb.connect(str(file), config={"memory_limit": LIMIT, "threads": 1}) as base:
            changed, given = transaction(base, kind)
            copy = Path(folder, "crashed.duckdb")
            shutil.copy(file, copy)
            shutil.copy(f"{file}.wal", f"{copy}.wal")  # what a crash would leave
        with duckdb.connect(str(copy)) as base:
            ((after,),) = base.execute("SELECT nextval('numbers')").fetchall()
    sys.stdout.write(
        f"duckdb {duckdb.__version__}, {kind}: {changed} rows changed; the sequence gave values up"
        f" to {given}, after a crash it goes on with {after}\n"
    )
    return int(changed > 0 or after <= given)


def transaction(base: duckdb.DuckDBPyConnection, kind: str) -> tuple[int, int]:
    """Update and number in one transaction while memory is short.

    Return how many rows changed, and the last value of the sequence.
    """
    base.execute("CREATE SEQUENCE numbers")
    base.execute("CREATE TABLE positions AS SELECT i, 0 AS position FROM range(4) AS t(i)")
    base.execute("CHECKPOINT")
    other = base.cursor()
    number = "SELECT nextval('numbers')" if kind == "sequence" else "SELECT 0"
    base.execute("BEGIN")
    base.execute("UPDATE positions SET position = position + 1")
    base.execute(number).fetchall()
    other.execute(
        "CREATE TEMP TABLE others AS SELECT i, repeat('x', 200) AS payload"
        f" FROM range({ROWS}) AS t(i)"
    )
    changed = 0
    for _round in range(ROUNDS):
        ((given,),) = base.execute(number).fetchall()
        found = other.execute("SELECT count(*) FROM others WHERE payload <> repeat('x', 200)")
        changed = max(changed, found.fetchone()[0])
        if changed:
            break
    base.execute("COMMIT")
    return changed, given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "sequence"))
