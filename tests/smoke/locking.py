"""What only a real account can show of the fence: waiting sessions, killed workers, open locks."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from core.errors import FencedError
from core.warehouse.snowflake.fence import end_abandoned
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.smoke.account import Account, Answer, answer
from tests.smoke.holder import KILLED, batch_of

_WAITING_S = 10.0
_DECIDED_S = 120.0
_MANY = 20_000


def waiting_update(account: Account) -> Answer:
    """Whether an UPDATE that waited for a lock sees what the lock's holder committed."""
    table = f"{account.schema}.smoke_fence"
    account.one.run(f"CREATE OR REPLACE TABLE {table} (n NUMBER(19, 0))")
    account.one.run(f"INSERT INTO {table} (n) SELECT 0")
    with ThreadPoolExecutor(1) as beside:
        with account.one.transaction() as one:
            one.change(f"UPDATE {table} SET n = 1 WHERE n = 0")
            late = beside.submit(
                lambda: account.two.change(f"UPDATE {table} SET n = 2 WHERE n = 0")
            )
            waited = account.until(lambda: late.done() or _waits(account), _WAITING_S)
        moved = late.result()
    return answer(
        f"the session that waited changed {moved} rows; seen waiting: "
        + ("no" if waited is None else f"after {waited:.1f} s"),
        hoped=moved == 0,
    )


def two_batches_at_once(account: Account) -> Answer:
    """Whether of two batches from the same offset one is stored and one is refused."""
    for warehouse in (account.first, account.second):
        warehouse.register_partitions(KILLED, {0: 0})
    stored = account.first.stored_offsets(KILLED)[0]

    def write(warehouse: SnowflakeWarehouse) -> str:
        try:
            warehouse.write_batch(batch_of(500, stored))
        except FencedError:
            return "fenced"
        return "stored"

    with ThreadPoolExecutor(2) as both:
        told = sorted(both.map(write, (account.first, account.second)))
    rows, distinct = _rows_of(account)
    return answer(
        f"{' and '.join(told)}; {rows} rows, {distinct} of them distinct",
        hoped=told == ["fenced", "stored"] and rows == distinct == stored + 500,
    )


def killed_holding_the_lock(account: Account) -> Answer:
    """How a lock ends whose holder was killed (kill -9) between UPDATE and COMMIT."""
    account.first.register_partitions(KILLED, {0: 0})
    with _worker(account, "lock") as worker:
        worker.kill()
        worker.wait()
    began = account.clock.monotonic()
    ended = end_abandoned(account.two, account.second._sql, "CONSUMER_OFFSETS", account.pause)
    moved = account.two.change(f"UPDATE {account.schema}.consumer_offsets SET skipped = skipped")
    took = account.clock.monotonic() - began
    return answer(
        f"{ended} transactions ended, {moved} rows changed {took:.0f} s after the kill",
        hoped=moved >= 1,
    )


def killed_in_its_request(account: Account) -> Answer:
    """Whether a batch whose worker was killed while it was stored is there whole or not at all."""
    account.first.register_partitions(KILLED, {0: 0})
    before = account.first.stored_offsets(KILLED)[0]
    with _worker(account, "batch", str(_MANY)) as worker:
        account.pause(1.0)
        worker.kill()
        worker.wait()
    free = account.until(lambda: not account.two.shown("SHOW LOCKS"), _DECIDED_S)
    after = account.first.stored_offsets(KILLED)[0]
    rows, distinct = _rows_of(account)
    return answer(
        f"offset {before} before, {after} after, {rows} rows, {distinct} distinct; locks gone "
        + ("never" if free is None else f"after {free:.1f} s"),
        hoped=free is not None and rows == distinct == after,
    )


def _waits(account: Account) -> bool:
    return any(
        str(lock.get("status")).upper() == "WAITING" for lock in account.one.shown("SHOW LOCKS")
    )


def _rows_of(account: Account) -> tuple[int, int]:
    ((rows, distinct),) = account.one.run(
        "SELECT COUNT(event_id), COUNT(DISTINCT kafka_offset) FROM "
        f"{account.schema}.orders_events WHERE source_id = ?",
        [KILLED.source_id],
    )
    return int(rows), int(distinct)


@contextmanager
def _worker(account: Account, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Yield a child process that has taken its place; it is gone in the end."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.smoke.holder", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=account.environ,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        assert worker.stdout.readline().strip(), "the worker to be killed did not get so far"
        yield worker
    finally:
        worker.kill()
        worker.wait()
        worker.stdin.close()
        worker.stdout.close()
