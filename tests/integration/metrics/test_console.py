"""The console's metrics: its own workers, its alerts, and the topic as the broker sees it."""

import logging
import re

from core.jobs import produce, seed
from core.operations.metrics import serve_controller_metrics
from tests.support.metrics import scrape, total
from tests.support.waiting import wait_until


def test_a_console_is_measured_from_rest_to_the_last_event(controller, caplog):
    caplog.set_level(logging.INFO, logger="core.operations.metrics")
    with serve_controller_metrics(controller, 0):
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+/metrics", caplog.text)
        at_rest = {name for name, _labels in scrape(url)}
        assert "dropship_alert_level" in at_rest
        assert "dropship_consumed_records_total" not in at_rest
        controller.generate(seed.Options(customers=20, products=10, orders=120))
        wait_until(lambda: controller.snapshot().seed.result)
        assert controller.start_consumer()
        assert controller.start_producer(produce.Options(rate=0))
        wait_until(lambda: total(scrape(url), "dropship_merged_events_total") == 120)
        wait_until(lambda: total(scrape(url), "dropship_topic_end_offset") == 120)
        found = scrape(url)
        assert total(found, "dropship_acknowledged_events_total") == 120
        assert total(found, "dropship_stored_events_total") == 120
        wait_until(lambda: total(scrape(url), "dropship_group_lag_records") == 0)


def test_without_a_port_nothing_is_served(controller, caplog):
    caplog.set_level(logging.INFO, logger="core.operations.metrics")
    with serve_controller_metrics(controller, None):
        assert caplog.text == ""
