"""A worker to be killed: it takes a place of the protocol, says so on stdout, and stays there.

`python -m tests.smoke.holder lock` changes the offsets in an open transaction and never commits.
`python -m tests.smoke.holder batch N` sends a batch of N events by the product's own way, for ever.
"""

import sys
from datetime import UTC, datetime

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config.load import load_settings
from core.warehouse.model import OffsetAdvance, RawBatch
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.events import event

KILLED = TopicIdentity("smoke", "killed", "0")


def batch_of(count: int, start: int = 0) -> RawBatch:
    """Return good events of one partition, from an offset on."""
    return RawBatch(
        identity=KILLED,
        received_at=datetime.now(UTC),
        partitions=[0] * count,
        offsets=range(start, start + count),
        payloads=[event(number) for number in range(start, start + count)],
        dead_letters=[],
        advances=[OffsetAdvance(0, start, start + count)],
    )


def say(word: str) -> None:
    """Tell the parent where this process is."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(place: str, count: int) -> None:
    """Take the place until somebody ends this process."""
    warehouse = SnowflakeWarehouse(load_settings(), clock=SystemClock())
    session = warehouse._sessions.mine()
    if place == "lock":
        session.run("BEGIN TRANSACTION")
        session.run(
            f"UPDATE {warehouse._identifiers.schema}.consumer_offsets SET skipped = skipped"
        )
        say("held")
        sys.stdin.read()
        return
    batch = batch_of(count, warehouse.stored_offsets(KILLED)[0])
    say("sending")
    warehouse.write_batch(batch)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
