"""The console's metrics: its own workers, its alerts, and the topic as the broker sees it."""

import logging
import re
from collections.abc import Iterator

import pytest

from core.config import Settings
from core.jobs import produce, seed
from core.operations.desk import Desk
from core.operations.measure import measured
from tests.support.metrics import scrape, total
from tests.support.waiting import wait_until


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings)
    opened.open()
    wait_until(lambda: opened.ready or opened.snapshot().opening.error)
    yield opened
    opened.close()


def test_a_console_is_measured_from_rest_to_the_last_event(desk, caplog):
    caplog.set_level(logging.INFO, logger="core.operations.measure")
    with measured(desk, 0):
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+/metrics", caplog.text)
        at_rest = {name for name, _labels in scrape(url)}
        assert "dropship_alert_level" in at_rest
        assert "dropship_consumed_records_total" not in at_rest
        desk.generate(seed.Options(customers=20, products=10, orders=120))
        wait_until(lambda: desk.snapshot().seed.result)
        assert desk.start_consumer()
        assert desk.start_producer(produce.Options(rate=0))
        wait_until(lambda: total(scrape(url), "dropship_merged_events_total") == 120)
        wait_until(lambda: total(scrape(url), "dropship_topic_end_offset") == 120)
        found = scrape(url)
        assert total(found, "dropship_acknowledged_events_total") == 120
        assert total(found, "dropship_stored_events_total") == 120
        wait_until(lambda: total(scrape(url), "dropship_group_lag_records") == 0)


def test_without_a_port_nothing_is_served(desk, caplog):
    caplog.set_level(logging.INFO, logger="core.operations.measure")
    with measured(desk, None):
        assert caplog.text == ""
