"""Whose account of what is stored is believed, and how old it may be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.broker.identity import TopicIdentity
from core.config import KafkaSettings, Settings
from core.config.load import load_settings
from core.errors import BrokerError
from core.operations.backends import Backends
from core.operations.stored import Account, StoredHere
from tests.support.moments import NOW

FIRST, SECOND = (TopicIdentity("cluster", "orders_topic", name) for name in ("one", "two"))
SNOWFLAKE = {"SNOW_ACCOUNT": "a", "SNOW_USER": "u", "SNOW_PASSWORD": "p"}


class Broker:
    identity_now = FIRST
    away = False

    def identity(self, _topic):
        if self.away:
            raise BrokerError("away")
        return self.identity_now

    def committed(self, _topic, group):
        return {0: 99} if group != "nobody" else {}


class Warehouse:
    def __init__(self):
        self.stored = {FIRST: {0: 10}, SECOND: {}}
        self.asked = 0

    def stored_offsets(self, identity):
        self.asked += 1
        return dict(self.stored[identity])


class Clock:
    seconds = 0.0

    def monotonic(self):
        return self.seconds

    def now(self):
        return NOW + timedelta(seconds=self.seconds)


class Scene:
    def __init__(self, settings: Settings):
        self.broker, self.warehouse, self.clock = Broker(), Warehouse(), Clock()
        self.backends = Backends()
        self.backends.broker, self.backends.warehouse = self.broker, self.warehouse
        self.ours: dict[int, int] = {}
        self.asks = 0
        self.failed = False
        self.stored = StoredHere(
            settings,
            self.backends,
            self.clock,
            ours=lambda: self.ours,
            ask=self.ask,
            failed=lambda: self.failed,
        )

    def ask(self):
        self.asks += 1

    def account(self) -> Account:
        return self.stored.account(self.broker)

    def look(self):
        self.stored.look(self.warehouse)


@pytest.fixture
def remote() -> Scene:
    return Scene(load_settings(environ=SNOWFLAKE))


@pytest.fixture
def local() -> Scene:
    return Scene(load_settings(environ={}))


def test_a_file_is_asked_at_every_look_and_kafka_never(local):
    assert local.account() == Account({0: 10})
    local.warehouse.stored[FIRST] = {0: 12}
    assert local.account() == Account({0: 12})


def test_snowflake_is_asked_with_the_figures_only_and_before_that_nothing_is_known(remote):
    assert remote.account() == Account()
    assert (remote.warehouse.asked, remote.asks) == (0, 1)
    for second in range(1, 30):
        remote.clock.seconds = second
        remote.account()
    assert remote.asks == 3, "asked for again every ten seconds, not at every look"
    remote.look()
    remote.clock.seconds = 37
    assert remote.account() == Account({0: 10}, NOW + timedelta(seconds=29))
    assert (remote.warehouse.asked, remote.asks) == (1, 3)


def test_what_our_own_consumer_stores_meanwhile_is_newer(remote):
    remote.ours = {0: 7, 1: 3}
    remote.look()
    assert remote.account().offsets == {0: 10}, "an older account of our own adds nothing"
    remote.ours = {0: 15, 1: 4}
    assert remote.account().offsets == {0: 15, 1: 4}
    remote.ours = {}
    assert remote.account().offsets == {0: 10}


def test_a_topic_that_was_made_again_is_not_known_until_the_next_look(remote):
    remote.look()
    remote.broker.identity_now = SECOND
    assert remote.account() == Account()
    remote.look()
    assert remote.account() == Account({}, NOW)


def test_a_broker_that_is_away_costs_no_figures(remote):
    remote.look()
    remote.broker.away = True
    remote.look()
    remote.broker.away = False
    assert remote.account().offsets == {0: 10}


@pytest.mark.parametrize("kind", ["local", "remote"])
def test_a_warehouse_on_its_way_is_unknown_and_one_that_fails_leaves_the_commits(kind, request):
    scene = request.getfixturevalue(kind)
    scene.backends.warehouse = None
    assert scene.account() == Account()
    scene.failed = True
    assert scene.account() == Account({0: 99}, commits=True)


@pytest.mark.parametrize("environ", [{}, SNOWFLAKE])
def test_an_engine_that_stores_commits_for_itself(environ):
    kafka = KafkaSettings(group_id="nobody", watch_group_id="engine")
    scene = Scene(replace(load_settings(environ=environ), kafka=kafka))
    scene.look()
    assert scene.account() == Account({0: 99}, commits=True)
    assert scene.warehouse.asked == 0
