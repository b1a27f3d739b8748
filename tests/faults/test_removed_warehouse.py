"""The warehouse file is deleted or replaced under a process: it stops, and says so in one line."""

import signal

import duckdb
import pytest

from core.clock import SystemClock
from core.errors import WarehouseError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.processes import Dropship
from tests.support.sharing import TOPIC, Member, batch, holder_of, members, settings_in
from tests.support.waiting import wait_until

GONE = "deleted or replaced while in use"


def test_a_batch_a_read_and_a_merge_are_refused_once_the_file_is_gone(settings):
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    warehouse.register_partitions(TOPIC, {0: 0})
    warehouse.write_batch(batch(0, 0, 50))
    settings.paths.warehouse_file.unlink()
    for work in (
        lambda: warehouse.write_batch(batch(0, 50, 100)),
        lambda: warehouse.stored_offsets(TOPIC),
        warehouse.merge,
    ):
        with pytest.raises(WarehouseError, match=f"warehouse.duckdb was {GONE}: No such") as told:
            work()
        assert (told.value.exit_code, told.value.transient) == (3, False)
    warehouse.close()
    assert not settings.paths.warehouse_file.exists()


def test_what_replaced_it_is_not_touched_not_even_on_closing(settings, tmp_path):
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    warehouse.register_partitions(TOPIC, {0: 0})
    warehouse.write_batch(batch(0, 0, 50))
    file = settings.paths.warehouse_file
    file.rename(tmp_path / "old")
    file.write_bytes(b"another one")
    log = file.with_name(file.name + ".wal")
    log.write_bytes(b"and its log")
    with pytest.raises(WarehouseError, match="another file has its place"):
        warehouse.write_batch(batch(0, 50, 100))
    warehouse.close()
    assert (file.read_bytes(), log.read_bytes()) == (b"another one", b"and its log")


def test_a_commit_into_a_file_that_went_meanwhile_is_not_confirmed(settings):
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())

    def commit_late():
        with warehouse._db.transaction() as cursor:
            cursor.execute("CREATE TABLE late AS SELECT 1 AS i")
            settings.paths.warehouse_file.unlink()

    with pytest.raises(WarehouseError, match=GONE):
        commit_late()
    warehouse.close()


@pytest.mark.slow
def test_who_asks_the_holder_is_told_the_same(tmp_path):
    with members() as started:
        started.append(Member(tmp_path, "hold"))
        holder_of(tmp_path)
        asking = SharedWarehouse(settings_in(tmp_path), clock=SystemClock())
        asking.register_partitions(TOPIC, {0: 0})
        settings_in(tmp_path).paths.warehouse_file.unlink()
        with pytest.raises(WarehouseError, match=GONE) as told:
            asking.write_batch(batch(0, 0, 50))
        assert (told.value.exit_code, told.value.transient) == (3, False)
        asking.close()


@pytest.mark.slow
@pytest.mark.parametrize("replaced", [False, True])
def test_a_consumer_ends_with_3_and_a_new_one_reads_all_again(dropship: Dropship, replaced):
    dropship("seed", "--customers", "50", "--products", "20", "--orders", "10").done()
    broker = dropship.start_broker()
    producing = dropship.start("produce", "--mode", "stream", "--rate", "300")
    consumer = dropship.start("consume")
    file = dropship.paths.warehouse_file
    with dropship.broker() as reached:
        topic, group = dropship.settings.kafka.topic, dropship.settings.kafka.group_id
        wait_until(
            lambda: sum(reached.committed(topic, group).values()) > 300,
            seconds=60,
            what=consumer.err,
        )
        kept = file.with_name("kept")
        if replaced:
            with duckdb.connect(str(kept)) as other:
                other.execute("CREATE TABLE theirs AS SELECT 1 AS i")
            kept.replace(file)
        else:
            file.unlink()
        ended = consumer.end()
        assert ended.code == 3, ended.err
        error = ended.record["error"]
        assert error["kind"] == "warehouse"
        assert f"warehouse.duckdb was {GONE}" in error["message"]
        assert "\n" not in error["message"] + error["hint"]
        assert "put the file back" in error["hint"]
        producing.signal(signal.SIGTERM)
        sent = producing.end().record["acked"]
        if replaced:
            refused = dropship("kpis")
            assert refused.code == 1
            assert "warehouse.duckdb.wal belongs to another file" in refused.record["error"]["hint"]
            file.with_name(file.name + ".wal").unlink()
            with duckdb.connect(str(file)) as other:
                assert other.execute("SHOW TABLES").fetchall() == [("theirs",)]
            return
        again = dropship("consume", "--until-caught-up").done()
        assert (again["inserted"] + again["dead_lettered"], again["lag"]) == (sent, 0)
    broker.signal(signal.SIGTERM)
    assert broker.end().record["unstored"] == 0
