"""The controller on Snowflake: the same controls, the same figures, nothing left behind."""

import threading
from dataclasses import replace
from pathlib import Path

from core.config import Paths
from core.config.load import load_settings
from core.operations.controller import Controller
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.waiting import wait_until


def test_the_demonstration_runs_on_snowflake_and_ends_every_thread(
    fake: FakeSnowflake, schema: str, tmp_path: Path
) -> None:
    before = set(threading.enumerate())
    settings = replace(
        load_settings(environ=fake.environ(schema)),
        paths=Paths(data=tmp_path / "data", reports=tmp_path / "reports"),
    )
    controller = Controller(settings)
    controller.open()
    wait_until(lambda: controller.ready, seconds=60, what=controller.snapshot().opening.error)
    assert controller.snapshot().warehouse == "snowflake"
    assert controller.demonstrate(orders=300, rate=1_000)
    wait_until(lambda: not controller.snapshot().demo.running, seconds=120)
    now = controller.snapshot()
    assert (now.demo.error, now.demo.result) == ("", "PASS")
    assert (now.producer.acked, now.consumer.inserted, now.merge.total.inserted) == (300, 300, 300)
    wait_until(
        lambda: (
            (figures := controller.snapshot().figures.value) and figures.kpis.value("total_orders")
        ),
        seconds=60,
    )
    controller.close()
    wait_until(lambda: set(threading.enumerate()) <= before, seconds=30)
