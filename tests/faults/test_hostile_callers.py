"""Whoever comes near the sockets as another user, or asks for too much, gets nothing."""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import msgspec
import pytest

from core.clock import SystemClock
from core.operations.controller import Controller
from core.process_lock import read_owner
from core.service import wire
from core.service.client import Connection
from core.service.place import claimed, service_of
from core.service.server import ControlServer
from core.warehouse.shared import messages
from core.warehouse.shared.client import LostError
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.processes import ROOT
from tests.support.sharing import TOPIC, batch, settings_in

NOBODY = 65_534
"""Another user of the machine."""
ASK_CONTROL = """
import os, socket, sys
from core.service import wire
BECOME
with socket.socket(socket.AF_UNIX) as connection:
    connection.settimeout(10)
    connection.connect(sys.argv[1])
    wire.send(connection, wire.Caller(wire.PROTOCOL, "0"))
    print("answered", connection.recv(100))
"""
ASK_WAREHOUSE = """
import os, sys
from pyarrow import flight
BECOME
client = flight.FlightClient("grpc+unix://" + sys.argv[1])
print("answered", list(client.do_action(flight.Action("hello", b""))))
"""


@pytest.fixture
def service(settings) -> Iterator[Controller]:
    """A service whose folder everybody may reach: only what the sockets themselves do protects."""
    with TemporaryDirectory(prefix="ds") as name:
        here = replace(settings, paths=replace(settings.paths, data=Path(name)))
        Path(name).chmod(0o755)
        with claimed(here.paths, SystemClock()) as listener:
            controller = Controller(here)
            server = ControlServer(controller, listener, Event().set, "now")
            server.start()
            try:
                yield controller
            finally:
                controller.close()
                server.close()


def as_somebody_else(code: str, place: str) -> subprocess.CompletedProcess[str]:
    """Run code that becomes another user once it has loaded what it needs."""
    become = f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
    return subprocess.run(
        [sys.executable, "-c", code.replace("BECOME", become), place],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@needs_root
@pytest.mark.parametrize("opened", [False, True], ids=["as_it_is", "mode_lost"])
@pytest.mark.slow
def test_another_user_is_refused_by_the_control_socket(service, opened):
    place = Path(service_of(service.settings.paths).socket)
    if opened:  # somebody was careless with a chmod: the kernel still says who it is
        place.parent.chmod(0o755)
        place.chmod(0o666)
    said = as_somebody_else(ASK_CONTROL, str(place))
    if opened:
        assert said.stdout in {"answered b''\n", ""}, said
    else:
        assert "PermissionError" in said.stderr, said
    place.parent.chmod(0o700)
    with Connection(service.settings.paths) as ours:
        assert ours.ask("refresh") is None


@needs_root
@pytest.mark.parametrize("opened", [False, True], ids=["as_it_is", "mode_lost"])
@pytest.mark.slow
def test_another_user_is_refused_by_the_warehouse_socket(opened):
    with TemporaryDirectory(prefix="ds") as name:
        Path(name).chmod(0o755)
        settings = settings_in(Path(name))
        holder = SharedWarehouse(settings, clock=SystemClock())
        place = Path(read_owner(settings.paths.warehouse_lock).socket)
        settings.paths.data.chmod(0o755)
        if opened:
            place.parent.chmod(0o755)
            place.chmod(0o666)
        said = as_somebody_else(ASK_WAREHOUSE, str(place))
        assert "answered" not in said.stdout
        assert ("Unauthenticated" in said.stderr) is opened, said.stderr[-300:]
        holder.close()


@pytest.mark.parametrize("length", [(1 << 20) + 1, (1 << 32) - 1])
def test_a_frame_that_announces_too_much_is_cut_before_it_comes(service, length):
    owner = service_of(service.settings.paths)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(owner.socket)
        wire.send(connection, wire.Caller(wire.PROTOCOL, "0"))
        wire.receive(connection, wire.Service, wire.MOST_TOLD)
        connection.sendall(struct.pack("!I", length))
        with suppress(ConnectionError):
            assert connection.recv(100) == b""
    with Connection(service.settings.paths) as ours:
        assert ours.ask("refresh") is None


@pytest.mark.parametrize(
    ("control", "arguments"),
    [
        ("generate", wire.encode(["SELECT 1"])),
        ("load", wire.encode([{"input": 5}])),
        ("past_validations", wire.encode(["1; DROP TABLE orders"])),
        ("replay", wire.encode([[5]])),
        ("set_profile", wire.encode(["../../etc/passwd"])),
        ("past_validations", b"\x91" * 100_000),
        ("look", wire.encode(["../../data/.env"])),
    ],
)
def test_arguments_of_another_kind_do_nothing(service, control, arguments):
    before = sorted(service.settings.paths.data.rglob("*"))
    with Connection(service.settings.paths) as ours, suppress(Exception):
        wire.send(ours._socket, wire.Request(control, msgspec.Raw(arguments)))
        reply = wire.receive(ours._socket, wire.Reply, wire.MOST_TOLD)
        if control != "look":
            assert reply.fault is not None
    with Connection(service.settings.paths) as ours:
        assert ours.ask("refresh") is None
    made = {file for file in service.settings.paths.data.rglob("*") if file.is_file()}
    assert made <= {*before, service.settings.paths.log_file, *made & set(before)}


def test_what_is_nested_without_end_is_refused_by_the_holder(settings):
    holder = SharedWarehouse(settings, clock=SystemClock())
    asking = SharedWarehouse(settings, clock=SystemClock())
    deep = messages.Request("merge", msgspec.Raw(b"\x91" * 100_000))
    with asking._seat._exchange(messages.encode(deep)) as (writer, reader):
        writer.done_writing()
        answer = messages.decode(reader.read_chunk().app_metadata.to_pybytes(), messages.Answer)
    assert "nested too deep" in answer.fault.message
    assert asking.stored_offsets(TOPIC) == {}
    asking.close()
    holder.close()


def test_more_than_a_batch_may_have_is_refused_by_the_holder(settings, monkeypatch):
    holder = SharedWarehouse(settings, clock=SystemClock())
    asking = SharedWarehouse(settings, clock=SystemClock())
    asking.register_partitions(TOPIC, {0: 0})
    monkeypatch.setattr(messages, "MOST_BYTES", 5_000)
    with pytest.raises((RuntimeError, LostError), match=r"more|large"):
        asking.write_batch(batch(0, 0, 100))
    letters = replace(batch(0, 0, 18), offsets=[], partitions=[], payloads=[], checksums=[])
    letters = replace(letters, dead_letters=letters.dead_letters * 500)
    with pytest.raises((RuntimeError, LostError), match="more"):
        asking.write_batch(letters)
    monkeypatch.undo()
    assert asking.stored_offsets(TOPIC) == {0: 0}
    asking.write_batch(batch(0, 0, 100))
    asking.close()
    holder.close()
