"""The loop of a consumer over everything in memory."""

from core.consumer.consume_loop import ConsumeLoop
from core.consumer.counters import Counters
from core.consumer.options import ConsumeOptions
from core.consumer.stop_condition import StopCondition
from core.workers import Lifecycle
from tests.support.consuming import (
    GROUP,
    IDENTITY,
    TOPIC,
    HandClock,
    MemoryBroker,
    MemoryClient,
    MemoryTopic,
    MemoryWarehouse,
)
from tests.support.decoding import ORDERS


class Loop:
    """A session over a topic in memory, up to the client's making."""

    def __init__(self, *counts, embedded=False, eof=False, steps=True, **options):
        self.topic = MemoryTopic(*counts)
        self.broker = MemoryBroker(self.topic, embedded=embedded, steps=steps)
        self.warehouse = MemoryWarehouse()
        self.clock = HandClock()
        self.client = MemoryClient(self.topic, eof=eof, clock=self.clock)
        self.life = Lifecycle("consumer", lambda: None)
        options = {"until_caught_up": True, "give_up_after_s": 10.0} | options
        self.options = ConsumeOptions(TOPIC, GROUP, **options)
        self.counters = Counters(TOPIC, self.clock)
        self.stop_condition = StopCondition(self.broker, self.options, self.clock)
        self.stop_condition.begin()
        self.session = ConsumeLoop(
            self.broker,
            self.warehouse,
            self.options,
            ORDERS,
            clock=self.clock,
            life=self.life,
            counters=self.counters,
            stop_condition=self.stop_condition,
        )
        self.assignment = self.session._assignment
        self.counters.follow(self.assignment)
        self.assignment.subscribe(self.client)
        if not embedded:
            self.client.next_calls.append(lambda: self.client.give(*self.topic.records))

    def run(self):
        self.session._loop(self.client)
        return self.counters

    @property
    def everything(self):
        return [(part, at) for part, held in self.topic.records.items() for at in sorted(held)]

    @property
    def stored(self):
        return self.warehouse.offsets[IDENTITY]
