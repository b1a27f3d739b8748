"""Fault 28: the terminal goes away under a job without a screen, as when SSH drops."""

from contextlib import closing

import duckdb
import pytest

from tests.support.terminal import Terminal


@pytest.mark.slow
def test_fault_28_a_job_whose_terminal_is_gone_drains_and_ends_with_129(tmp_path):
    """Writing to the terminal fails from then on; what was published is stored and merged."""
    size = ("--customers", "50", "--products", "20", "--orders", "50000", "--rate", "1000")
    with Terminal(tmp_path, "--run", "pipeline", *size) as terminal:
        wal = tmp_path / "data" / "warehouse.duckdb.wal"
        terminal.wait_until(lambda: wal.exists() and wal.stat().st_size > 200_000, "stored batches")
        terminal.hang_up()
        assert terminal.process.wait(60) == 129
    with closing(duckdb.connect(str(tmp_path / "data" / "warehouse.duckdb"))) as base:
        (events,) = base.execute("SELECT count(*) FROM mon_schema.orders_events").fetchone()
        (stored,) = base.execute(
            "SELECT sum(next_offset) FROM mon_schema.consumer_offsets"
        ).fetchone()
        (orders,) = base.execute("SELECT count(*) FROM mon_schema.orders").fetchone()
    assert 0 < events == stored == orders < 50_000
