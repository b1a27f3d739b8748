"""What a service answers over its socket: to its user alone, in bounds, and to the point."""

import logging
import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.errors import UsageError
from core.jobs.options import PublishOptions, SeedOptions
from core.operations.controller import Controller
from core.service import observer, server, wire
from core.service.attached import AttachedController
from core.service.client import Connection, NoServiceError
from core.service.controls import CONTROLS
from core.service.parts import Assembled
from core.service.place import claimed, is_free, service_of
from core.service.server import ControlServer
from core.text import speaking
from core.workers import RunState
from tests.support.waiting import wait_until


@contextmanager
def serving(settings: Settings, *, opened: bool = True) -> Iterator[tuple[Controller, Event]]:
    asked = Event()
    with claimed(settings.paths, SystemClock()) as listener:
        controller = Controller(settings, restarts=True)
        controller.explorer.log.begin()
        if opened:
            controller.open()
            wait_until(lambda: controller.ready)
        control = ControlServer(controller, listener, asked.set, "2026-01-01T00:00:00.000Z")
        control.start()
        try:
            yield controller, asked
        finally:
            controller.close()
            control.close()


@contextmanager
def attached(settings: Settings, *, read_only: bool = False) -> Iterator[AttachedController]:
    console = AttachedController(settings, read_only=read_only)
    try:
        yield console
    finally:
        console.close()


def raw(settings: Settings) -> socket.socket:
    owner = service_of(settings.paths)
    assert owner is not None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(10)
    connection.connect(owner.socket)
    return connection


def test_the_socket_is_for_its_user_alone_and_gone_afterwards(settings):
    assert is_free(settings.paths)
    with claimed(settings.paths, SystemClock()):
        owner = service_of(settings.paths)
        place = Path(owner.socket)
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert owner.pid == os.getpid()
        assert not is_free(settings.paths)
        with (
            pytest.raises(UsageError, match=f"process {os.getpid()} .*since 20"),
            claimed(settings.paths, SystemClock()),
        ):
            pass
    assert not place.exists()
    assert is_free(settings.paths)


def test_a_long_path_has_its_socket_elsewhere(settings, tmp_path):
    deep = tmp_path / ("long" * 20) / ("deep" * 20)
    paths = replace(settings.paths, data=deep)
    with claimed(paths, SystemClock()):
        place = Path(service_of(paths).socket)
        assert place.exists()
        assert not place.is_relative_to(deep)


def test_another_user_is_not_answered(settings, monkeypatch):
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert server.is_ours(ours)
        uid = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
        assert not server.is_ours(ours)


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("!I", 0),
        struct.pack("!I", (1 << 20) + 1) + b"x",
        struct.pack("!I", 4) + b"\xc1\xc1\xc1\xc1",
        b"\x00",
    ],
)
def test_nonsense_ends_its_own_connection_only(settings, said):
    with serving(settings):
        with raw(settings) as connection:
            connection.sendall(said)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(100) == b""
        with Connection(settings.paths) as opened:
            assert opened.ask("upkeep_refusal", (), str) == ""


def test_nothing_but_the_controls_can_be_asked_for(settings):
    with serving(settings), Connection(settings.paths) as opened:
        for control, arguments in (
            ("close", ()),
            ("__init__", ()),
            ("validate_every", ("'; DROP",)),
            ("set_rate", ()),
            ("past_validations", (1, 2)),
        ):
            with pytest.raises((RuntimeError, NoServiceError)):
                opened.ask(control, arguments)
        assert opened.ask("upkeep_refusal", (), str) == ""


def test_another_protocol_is_refused_and_told_by_whom(settings, monkeypatch):
    with serving(settings):
        monkeypatch.setattr(wire, "PROTOCOL", wire.PROTOCOL + 1)
        with raw(settings) as connection:
            wire.send(connection, wire.Caller(1, "0.0.1"))
            told = wire.receive(connection, wire.Service, wire.MOST_TOLD)
            assert (told.pid, told.refused) == (os.getpid(), "protocol")


def test_a_service_of_something_else_is_refused(settings, monkeypatch):
    with serving(settings):
        monkeypatch.setattr(observer, "fingerprint", lambda _pipeline: "another")
        with pytest.raises(NoServiceError, match="works on another pipeline") as refused:
            AttachedController(settings)
        assert "--run stop" in refused.value.hint
        monkeypatch.setattr(observer, "__version__", "0.0.1")
        with pytest.raises(NoServiceError, match=r"it is dropship .*, this is 0\.0\.1"):
            AttachedController(settings)
        # Ending it works whatever its version is.
        with Connection(settings.paths) as opened:
            assert opened.ask("stop", (), bool)


def test_nobody_serves(settings):
    with pytest.raises(NoServiceError, match="no service runs"):
        Connection(settings.paths)
    settings.paths.data.mkdir(parents=True, exist_ok=True)
    settings.paths.service_lock.write_text(
        '{"pid": 1, "command": "x", "since": "y", "socket": "/nowhere.control"}'
    )
    with pytest.raises(NoServiceError, match="no service runs"):
        Connection(settings.paths)


def test_a_console_steers_and_sees_what_another_one_does(settings, caplog):
    caplog.set_level(logging.INFO)
    with (
        serving(settings) as (controller, _asked),
        attached(settings) as one,
        attached(settings) as two,
    ):
        assert one.generate(SeedOptions(customers=50, products=20, orders=300))
        wait_until(lambda: two.snapshot().seed.result is not None)
        assert two.start_consumer()
        assert one.start_producer(PublishOptions(rate=0))
        wait_until(lambda: two.snapshot().consumer.inserted == 300)
        wait_until(lambda: one.snapshot().merge.total.inserted == 300)
        assert controller.snapshot().consumer.inserted == 300
        one.refresh()
        wait_until(
            lambda: (
                (told := two.snapshot().figures.value) and told.kpis.value("total_orders") == 300
            )
        )
        # Read again and again meanwhile: the same is told, not by the same reading.
        wait_until(lambda: two.snapshot().figures.value == controller.snapshot().figures.value)
        two.consumer.pause()
        wait_until(lambda: one.snapshot().consumer.state is RunState.PAUSED)
        wait_until(
            lambda: any(
                entry.message == "somebody asked"
                and ("control", "pause_consumer") in entry.fields
                and dict(entry.fields)["user"]
                for entry in one.snapshot().explored.log
            )
        )
        assert one.snapshot().attached
        with pytest.raises(UsageError, match="--rate"):
            one.start_producer(PublishOptions(rate=-1.0))


def test_a_read_only_console_changes_nothing(settings):
    with serving(settings) as (controller, asked), attached(settings, read_only=True) as console:
        assert not console.start_consumer()
        console.validate_every(5)
        now = console.snapshot()
        assert now.read_only
        assert now.refused[0] == 2
        # One that does not refuse by itself is refused by the service.
        with Connection(settings.paths, read_only=True) as opened:
            for name, control in CONTROLS.items():
                if control.changes and control.arguments == tuple[()]:
                    assert not opened.ask(name, (), control.result)
            assert not opened.ask("stop", (), bool)
        assert controller.consumer is None
        assert controller.snapshot().validation_every_s == 0
        assert not asked.is_set()


def test_controls_answer_at_once(settings):
    with serving(settings), attached(settings) as console:
        console.open()
        began = monotonic()
        for _time in range(10):
            console.refresh()
        assert (monotonic() - began) / 10 < 0.2


def test_the_next_key_acts_on_what_the_last_one_did(settings):
    with serving(settings) as (controller, _asked), attached(settings) as console:
        assert console.start_consumer()
        console.consumer.pause()
        wait_until(lambda: controller.snapshot().consumer.state is RunState.PAUSED)
        console.consumer.resume()
        console.consumer.stop()
        wait_until(lambda: controller.consumer is None)


def test_what_a_console_looks_at_is_read_while_it_looks(settings):
    with serving(settings) as (controller, _asked), attached(settings) as one:
        with attached(settings) as two:
            one.explorer.look_at("warehouse")
            two.explorer.look_at("letters")
            wait_until(lambda: one.snapshot().explored.inspection.value is not None)
            wait_until(lambda: two.snapshot().explored.letters.value is not None)
            assert controller.explorer._wanted == {"warehouse", "letters"}
        wait_until(lambda: controller.explorer._wanted == {"warehouse"})


def test_no_figure_is_shown_once_the_service_is_gone_and_a_new_one_is_found(settings):
    with serving(settings):
        console = AttachedController(settings)
        wait_until(lambda: console.snapshot().history)
    wait_until(lambda: not console.snapshot().ready)
    now = console.snapshot()
    assert now.history == ()
    assert now.total_lag is None
    assert now.figures.value is None
    assert now.opening.error
    assert not console.start_consumer()
    with serving(settings):
        wait_until(lambda: console.snapshot().ready)
        assert console.start_consumer()
        console.close()


def test_a_console_attaches_before_the_warehouse_is_open_and_sees_it_open(settings):
    with serving(settings, opened=False), attached(settings) as console:
        assert not console.ready
        console.refresh()
        console.open()
        wait_until(lambda: console.ready)
        assert console.snapshot().broker_open


def test_what_cannot_be_understood_is_no_moment(settings, monkeypatch):
    with serving(settings), attached(settings) as console:
        wait_until(lambda: console.snapshot().history)

        def broken(*_parts):
            raise KeyError("a part that there is not")

        monkeypatch.setattr(Assembled, "take", broken)
        wait_until(lambda: not console.ready)
        assert "a part that there is not" in console.snapshot().opening.error
        assert console.snapshot().history == ()


def test_a_service_asked_to_stop_is_told(settings):
    with serving(settings) as (_controller, asked), Connection(settings.paths) as opened:
        assert opened.ask("stop", (), bool)
        assert asked.is_set()


def test_an_error_is_told_in_the_language_of_who_asked(settings):
    with serving(settings):
        said = {}
        for code in ("en", "fr"):
            with (
                speaking(code),
                Connection(settings.paths) as opened,
                pytest.raises(UsageError) as told,
            ):
                opened.ask("start_producer", (PublishOptions(rate=-1.0),), bool)
            said[code] = told.value.message
        assert said["en"] != said["fr"]
