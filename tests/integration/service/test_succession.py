"""A service that used the embedded broker of a console goes on with its own when that has left."""

import logging

import pytest

from core.broker.embedded import find_embedded
from core.jobs.options import PublishOptions, SeedOptions
from core.operations.controller import Controller
from core.workers import RunState
from tests.support.processes import commands
from tests.support.waiting import wait_until


@pytest.mark.slow
def test_the_console_leaves_and_the_service_has_a_broker_and_stores_on(settings, caplog):
    caplog.set_level(logging.WARNING)
    console, service = Controller(settings), Controller(settings, restarts=True)
    try:
        console.open()
        wait_until(lambda: console.ready)
        service.open()
        wait_until(lambda: service.ready)
        assert console.snapshot().broker_is_ours
        assert not service.snapshot().broker_is_ours
        assert service.start_consumer()
        console.generate(SeedOptions(customers=50, products=20, orders=200))
        wait_until(lambda: console.snapshot().seed.result is not None)
        console.start_producer(PublishOptions(rate=0))
        wait_until(lambda: service.snapshot().consumer.inserted == 200)
        console.close()
        assert console.farewell.unstored == 0
        wait_until(lambda: service.snapshot().broker_is_ours, seconds=60)
        wait_until(lambda: service.snapshot().consumer.state is RunState.RUNNING, seconds=60)
        assert "it is followed by another" in caplog.text
        others = find_embedded(settings.paths)
        assert others is not None
        others.close()
        assert service.start_producer(PublishOptions(rate=0))
        wait_until(lambda: service.snapshot().consumer.inserted == 200, seconds=60)
        wait_until(
            lambda: (
                service.snapshot().merge.total.stale + service.snapshot().merge.total.updated == 200
            )
        )
    finally:
        console.close()
        service.close()
    assert service.farewell.unstored == 0
    assert service.done.stored == 400


def merged_again(service):
    """Return how many events of orders that were there already were merged."""
    total = service.snapshot().merge.total
    return total.updated + total.stale


@pytest.mark.slow
def test_a_broker_that_was_killed_is_followed_too(tmp_path):
    with commands(tmp_path) as dropship:
        dropship("seed", "--orders", "100").done()
        broker = dropship.start_broker()
        service = dropship.start("serve", "--validate-every", "0")
        wait_until(lambda: service.ended or dropship("status").code == 0, seconds=60)
        assert dropship("produce", "--rate", "0").done()["acked"] == 100
        wait_until(lambda: dropship("status").record["consumer"]["stored"] == 100, seconds=60)
        broker.kill()
        wait_until(lambda: find_embedded(dropship.paths) is not None or service.ended, seconds=60)
        assert dropship("produce", "--rate", "0").done()["acked"] == 100
        wait_until(lambda: dropship("status").record["consumer"]["stored"] == 100, seconds=60)
        assert dropship("stop").code == 0
        assert (service.end().record["stored"], service.end().record["unstored"]) == (200, 0)
