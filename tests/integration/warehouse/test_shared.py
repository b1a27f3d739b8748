"""Through the socket the warehouse does what it does in its own process, for its owner alone."""

import logging
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Timer

import msgspec
import pyarrow as pa
import pytest
from pyarrow import flight

from core.clock import SystemClock
from core.config import Paths, Settings
from core.consumer.decoders.json_events import json_decoder
from core.errors import FencedError, StorageError, WarehouseError, WarehouseHeldError
from core.pipeline import builtin
from core.process_lock import ProcessLock, read_owner
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.shared import messages, server, values
from core.warehouse.shared.client import Client, LostError
from core.warehouse.shared.place import Place
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.oracle import engine
from tests.support.sharing import TOPIC, batch


@pytest.fixture
def pair(settings: Settings):
    """The holder, and one that asks it."""
    holder = SharedWarehouse(settings, clock=SystemClock())
    asking = SharedWarehouse(settings, clock=SystemClock())
    assert isinstance(asking._seat, Client)
    yield engine(holder), asking
    asking.close()
    holder.close()


def test_every_read_and_write_is_the_same_from_outside(pair, tmp_path):
    inside, outside = pair
    assert outside.setup() == []
    assert (
        outside.register_partitions(TOPIC, {0: 0, 1: 5})
        == inside.stored_offsets(TOPIC)
        == {0: 0, 1: 5}
    )
    outside.write_batch(batch(0, 0, 100))
    assert outside.stored_offsets(TOPIC) == inside.stored_offsets(TOPIC) == {0: 100, 1: 5}
    with pytest.raises(FencedError, match="another consumer has stored") as told:
        outside.write_batch(batch(0, 0, 100))
    assert told.value.transient
    assert outside.merge().inserted == 94
    assert outside.merge_backlog() == inside.merge_backlog()
    assert outside.dead_letters() == inside.dead_letters()
    assert len(outside.dead_letters(reason="invalid_json", limit=3)) == 3
    for query, parameters in (
        ("content_events", [0, 50]),
        ("inspect_offsets", []),
        ("count_rows", ()),
    ):
        assert outside.rows(query, parameters) == inside.rows(query, parameters) != []
    for table in ("orders_events", "dead_letters"):
        assert outside.content_span(table) == inside.content_span(table)
        assert outside.compare_content(table, 0, 10**6) == inside.compare_content(table, 0, 10**6)
    outside.mark_replayed([TOPIC.event_id(0, 0)])
    assert len(inside.dead_letters()) == 5
    names = ("id", "name", "email", "city", "country")
    row = ("CUST_000001", "Zo\u00e9", "z@example.com", "Lyon", "France")
    customers = pa.table({name: pa.array([cell]) for name, cell in zip(names, row, strict=True)})
    assert outside.load_table("customers", customers) == 1
    assert outside.load_table("customers", customers.slice(1)) == 1
    assert outside.columns() == inside.columns() != []
    assert outside.tables() == inside.tables() != []


def test_typed_columns_of_a_batch_come_along(pair):
    inside, outside = pair
    inside.merge()
    outside.register_partitions(TOPIC, {0: 0})
    whole = batch(0, 0, 100)
    typed = json_decoder(builtin()).decode(whole.payloads).columns
    place = typed.column_names.index("quantity")
    told = pa.array([77] * len(whole.payloads), pa.int64())
    outside.write_batch(replace(whole, columns=typed.set_column(place, "quantity", told)))
    assert outside.merge().inserted == len(whole.payloads)
    found = inside._db.rows("SELECT DISTINCT quantity, unit_price FROM mon_schema.orders")
    assert found == [(77, Decimal("39.30"))]


def test_only_its_owner_comes_near_the_socket(pair, settings):
    socket = Path(read_owner(settings.paths.warehouse_lock).socket)
    modes = [
        stat.S_IMODE(one.stat().st_mode)
        for one in (socket.parent, socket, socket.with_suffix(".token"))
    ]
    assert modes == [0o700, 0o600, 0o600]
    bare = flight.FlightClient(f"grpc+unix://{socket}")
    with pytest.raises(flight.FlightUnauthenticatedError):
        list(bare.do_action(flight.Action("hello", b"")))
    bare.close()
    socket.parent.chmod(0o777)
    with pytest.raises(WarehouseHeldError, match="not yours alone"):
        SharedWarehouse(settings, clock=SystemClock())
    socket.parent.chmod(0o700)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("close", ()),
        ("_upgrade", ()),
        ("rows", ("SELECT 1", "[]")),
        ("rows", ("../shared/count_rows", "[]")),
        ("content_span", ("../content_events",)),
        ("rows", ("count_rows", "{")),
        ("execute", ("DROP TABLE orders", "[]")),
        ("claim", ("orders", {})),
        ("rows", ("count_rows",)),
    ],
)
def test_what_is_not_a_call_of_the_warehouse_is_refused(pair, method, arguments):
    _inside, outside = pair
    client = outside._seat
    with pytest.raises((RuntimeError, WarehouseError)):
        client._called(method, arguments)
    assert outside.rows("count_rows") == [(0,)]


def test_a_batch_that_did_not_come_whole_is_refused(pair):
    _inside, outside = pair
    outside.register_partitions(TOPIC, {0: 0})
    whole = batch(0, 0, 100)
    head = msgspec.Raw(messages.encode((messages.batch_head(whole),)))
    request = messages.encode(messages.Request("write_batch", head, len(whole.payloads) + 1))
    with outside._seat._exchange(request) as (writer, reader):
        events = messages.batch_events(whole)
        writer.begin(events.schema)
        writer.write_batch(events)
        writer.done_writing()
        answer = messages.decode(reader.read_chunk().app_metadata.to_pybytes(), messages.Answer)
    assert "ended early" in answer.fault.message
    assert outside.stored_offsets(TOPIC) == {0: 0}


def test_a_path_too_long_for_a_socket_is_no_hindrance(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    deep = tmp_path / ("d" * 100)
    settings = Settings(paths=Paths(deep / "data", deep / "reports"), timeout_s=5)
    holder = SharedWarehouse(settings, clock=SystemClock())
    asking = SharedWarehouse(settings, clock=SystemClock())
    assert asking.rows("count_rows") == [(0,)]
    socket = Path(read_owner(settings.paths.warehouse_lock).socket)
    assert len(str(socket)) <= 107
    asking.close()
    holder.close()
    assert not socket.exists()


def test_where_no_socket_can_be_the_holder_works_alone_and_says_so(settings, caplog, request):
    folder = TemporaryDirectory(prefix="ds")  # a long path would take the socket elsewhere
    request.addfinalizer(folder.cleanup)
    settings = replace(settings, paths=replace(settings.paths, data=Path(folder.name)))
    (settings.paths.data / "shared").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        holder = SharedWarehouse(settings, clock=SystemClock())
    assert holder.rows("count_rows") == [(0,)]
    assert "the warehouse is not shared" in caplog.text
    with pytest.raises(WarehouseHeldError) as told:
        SharedWarehouse(settings, clock=SystemClock())
    assert "it does not share it" in told.value.hint
    holder.close()


def test_a_program_that_is_none_of_ours_is_told_at_once(settings):
    SharedWarehouse(settings, clock=SystemClock()).close()
    code = "import duckdb, sys; kept = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(settings.paths.warehouse_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        other.stdout.readline()
        with pytest.raises(WarehouseHeldError, match="is in use"):
            SharedWarehouse(replace(settings, timeout_s=60), clock=SystemClock())
        other.communicate(b"\n")


def test_one_that_is_closed_takes_nothing_more(pair):
    _inside, outside = pair
    outside.close()
    with pytest.raises((WarehouseError, StorageError)):
        outside.rows("count_rows")


def test_one_that_is_closed_while_its_holder_is_lost_opens_no_file(settings):
    """A thread that has lost the holder looks for the next one: then nobody would close that."""
    holder = SharedWarehouse(settings, clock=SystemClock())
    asking = SharedWarehouse(settings, clock=SystemClock())
    asking._leave(asking._seat)
    asking.close()
    holder.close()
    with pytest.raises(StorageError, match="is closed"):
        asking.rows("count_rows")
    DuckDbWarehouse(settings, clock=SystemClock()).close()


def test_the_wait_for_a_holder_that_does_not_answer_ends_with_a_stop(settings, tmp_path):
    lock = ProcessLock(settings.paths.warehouse_lock, socket=str(tmp_path / "gone.socket"))
    stop, began = Event(), time.monotonic()
    Timer(0.2, stop.set).start()
    with pytest.raises(LostError):
        SharedWarehouse(replace(settings, timeout_s=60), clock=SystemClock(), stop=stop)
    assert time.monotonic() - began < 10
    lock.release()


class Stuck:
    """A warehouse in which a call takes until the test is over."""

    def __init__(self) -> None:
        self.asked, self.over = Event(), Event()

    def merge_backlog(self):
        return None

    def rows(self, *_asked):
        self.asked.set()
        self.over.wait(30)
        return []


def test_a_call_that_does_not_end_keeps_no_holder_from_ending(settings, monkeypatch, caplog):
    monkeypatch.setattr(server, "_FINISH_S", 0.1)
    monkeypatch.setattr(server, "_SHUT_S", 0.05)
    stuck, place = Stuck(), Place(settings.paths)
    serving = server.Server(stuck, settings, place)
    client = Client(place.socket)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.do, "rows", ("count_rows", ()))
        assert stuck.asked.wait(10)
        began = time.monotonic()
        serving.leave()
        serving.close()
        assert time.monotonic() - began < 10
        with pytest.raises(LostError):
            asked.result(20)
        stuck.over.set()
    assert "does not end" in caplog.text
    client.close()


def test_parameters_keep_their_types(pair):
    _inside, outside = pair
    assert values.from_text(values.to_text([[TOPIC.event_id(0, 0)], None, 3])) == [
        [TOPIC.event_id(0, 0)],
        None,
        3,
    ]
    assert outside.rows("inspect_dead_letters_of", [["nothing"]]) == []
