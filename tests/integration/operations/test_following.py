"""A console that watches the embedded broker of others finds it again at another address."""

from contextlib import suppress

import pytest

from core.broker.cluster import Cluster
from core.operations.backends import Backends


@pytest.fixture
def looking(settings):
    """Back ends that look at a broker which is gone."""
    backends = Backends(read_only=True)
    gone = Cluster("127.0.0.1:1", embedded_id="embedded-gone", request_timeout_s=0.5)
    backends.broker = gone
    yield backends
    backends.close()
    with suppress(Exception):
        gone.close()


def test_it_turns_to_a_broker_that_was_started_anew(looking, broker, settings):
    assert looking.follow(settings)
    assert looking.broker.bootstrap_servers == broker.bootstrap_servers
    looking.broker.ping()
    assert not looking.follow(settings)


def test_it_stays_while_no_other_is_announced(looking, settings):
    before = looking.broker
    assert not looking.follow(settings)
    assert looking.broker is before


def test_a_broker_of_its_own_is_never_left(looking, broker, settings):
    looking.broker_is_ours = True
    assert not looking.follow(settings)
    assert looking.broker.bootstrap_servers == "127.0.0.1:1"
