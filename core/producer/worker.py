"""The producer: one thread from source to acknowledged records, steered from others.

Commands only set a flag or a value; the thread looks at them at least every 50 ms. What happens is
told by frozen snapshots, swapped in whole at least every 100 ms, which readers never wait for.
"""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from core.broker.base import Broker
from core.clock import Clock, SystemClock
from core.config.client_values import number
from core.producer.broker_capacity import BATCH_BYTES, BrokerCapacity
from core.producer.delivery import Delivery
from core.producer.fault_injection import FaultInjector
from core.producer.fault_log import FaultLog
from core.producer.modes import Profile
from core.producer.opening import open_source
from core.producer.options import ProduceOptions, check_profile, check_rate
from core.producer.outage_timeout import OutageTimeout
from core.producer.pacing import EVERYTHING, Pacer
from core.producer.publisher import Publisher, Step
from core.producer.shared_capacity import StoppedWaitingError, shared_capacity
from core.producer.snapshot import ProducerSnapshot
from core.producer.sources import run_name
from core.producer.stats import ProducerStats
from core.text import _
from core.workers import PausableWorker, RunState

_IDLE_S = 0.02
_FULL_S = 0.005
_FLUSH_S = 0.05
_CONNECT_S = 0.2
_CONNECT_TRIES = 5
_HELD_AFTER_S = 1.0
"""A full broker whose consumer keeps up is full for moments only; those are no state."""
_STOP_FLUSH_S = 5.0
_SPARE_S = 5.0


class ProducerWorker(PausableWorker):
    """A producer that others start, pause, resume, speed up, stop and look at.

    While it is paused, what is on its way is still delivered, and nothing is made up for later.
    When it is stopped, what was sent is delivered, or counted as failed after five seconds.

    group_id: the consumer group whose commits make room on an embedded broker. lock_file: held
    while this process publishes to an embedded broker (`Paths.producer_lock`). injected_folder:
    where the list of injected faults goes. give_up_after_s: end with an error when no broker can be
    reached for so long; None waits on.
    """

    def __init__(
        self,
        broker: Broker,
        topic: str,
        options: ProduceOptions,
        *,
        group_id: str,
        injected_folder: Path,
        lock_file: Path | None = None,
        give_up_after_s: float | None = 30.0,
        clock: Clock | None = None,
    ) -> None:
        super().__init__("producer", clock)
        self.mark = ""
        """What commits that make room carry, see `BrokerCapacity`; set before the start."""
        self._broker = broker
        self._topic = topic
        self._options = options
        self._group_id = group_id
        self._injected_folder = injected_folder
        self._lock_file = lock_file
        self._give_up_after_s = give_up_after_s
        self._held_since: float | None = None
        self._clock = clock or SystemClock()
        self._rate = options.rate
        self._profile: Profile = options.profile
        self._stats = ProducerStats(topic, options, self._clock)

    def start(self) -> None:
        """Start publishing. A worker runs once."""
        self._stats.show(RunState.STARTING)
        super().start()

    def set_rate(self, rate: float) -> None:
        """Go on at another rate, events per second. Errors: UsageError."""
        check_rate(rate)
        self._rate = rate

    def set_profile(self, profile: Profile) -> None:
        """Go on with another profile, from its beginning. Errors: UsageError."""
        check_profile(profile)
        self._profile = profile

    def snapshot(self) -> ProducerSnapshot:
        """Return the latest moment. How it ended is told by the thread's own life."""
        latest, life = self._stats.latest, self._life.moment
        if life.state is RunState.FAILED:
            return replace(latest, state=life.state, error=life.error, hint=life.hint)
        return latest

    def _run(self) -> None:
        try:
            with self._opened() as (delivery, publisher):
                self._prepare(delivery, publisher)
                try:
                    self._publish(delivery, publisher)
                finally:
                    self._drain(delivery)
        except StoppedWaitingError:
            pass  # nothing was sent yet
        except BaseException:
            self._stats.end(RunState.DRAINING)
            raise
        self._stats.end(RunState.STOPPED)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Delivery, Publisher]]:
        """Open source, answer key, room and client, and close them in the end."""
        options = self._options
        with ExitStack() as stack:
            source = open_source(options, self._clock, self._stats.reject)
            stack.callback(source.close)
            answers = injector = None
            if options.injects:
                run = run_name(self._clock.now())
                injector = FaultInjector(options, run, source.format)
                answers = FaultLog(
                    self._injected_folder,
                    run,
                    source.format.id_key,
                    deletes=options.pipeline.definition.deletes,
                )
                answers.open()
                stack.callback(answers.close)
            config = self._broker.producer_config(paced=self._rate > 0)
            capacity = self._open_capacity(stack)
            if capacity is not None:
                config["batch.size"] = min(number(config, "batch.size", BATCH_BYTES), BATCH_BYTES)
            delivery = Delivery(config, self._topic)
            stack.callback(delivery.close)
            if capacity is not None:
                self._take_turn(stack, capacity, delivery)
            publisher = Publisher(
                source, delivery, self._clock, capacity=capacity, injector=injector, answers=answers
            )
            self._stats.watch(delivery, publisher, answers)
            yield delivery, publisher

    def _open_capacity(self, stack: ExitStack) -> BrokerCapacity | None:
        if self._broker.backlog_limit_bytes is None:
            return None
        return stack.enter_context(
            shared_capacity(
                self._broker,
                self._topic,
                self._group_id,
                lock_file=self._lock_file,
                clock=self._clock,
                stopping=lambda: self._life.stopping,
                mark=self.mark,
            )
        )

    def _take_turn(self, stack: ExitStack, capacity: BrokerCapacity, delivery: Delivery) -> None:
        """Wait until no other producer of this process publishes."""
        waiting = delivery.__len__
        while not capacity.attach(waiting):
            self._show(RunState.HELD, _("another producer of this process is publishing"))
            if self._clock.wait(self._life.stop_event, _IDLE_S):
                return
        stack.callback(capacity.detach, waiting)

    def _prepare(self, delivery: Delivery, publisher: Publisher) -> None:
        """Make all ready before the time runs; a broker that stays away shows when publishing."""
        publisher.prepare()
        for _try in range(_CONNECT_TRIES):
            if self._life.stopping or delivery.connect(_CONNECT_S):
                return

    def _publish(self, delivery: Delivery, publisher: Publisher) -> None:
        """Publish until the source or the time is over, or a stop is wanted."""
        start = self._clock.monotonic()
        deadline = start + (self._options.duration_s or math.inf)
        pacer = Pacer(self._rate, self._profile, start)
        self._stats.begin(start)
        timeout = OutageTimeout(self._give_up_after_s)
        try:
            # What may not be written will not be later on: the rest would be refused one by one.
            while not (self._life.stopping or publisher.finished or delivery.forbidden):
                now = self._clock.monotonic()
                self._steer(pacer, now)
                if self._life.paused:
                    self._rest(delivery, pacer, now)
                    over = now >= deadline
                else:
                    due = pacer.due(min(now, deadline))
                    step = publisher.publish(due)
                    pacer.took(step.sent)
                    over = now >= deadline and (step.sent == 0 or due >= EVERYTHING)
                    self._after(step, delivery, pacer, now, due)
                if over:
                    break
                timeout.check(delivery, self._clock.monotonic())
        finally:
            # The last event's slot counts whole, or a short run would look faster than it was.
            end = min(self._clock.monotonic(), deadline)
            self._stats.published(pacer.served_until(end))

    def _steer(self, pacer: Pacer, now: float) -> None:
        """Take over a rate or profile that was set meanwhile."""
        rate, profile = self._rate, self._profile
        if rate != pacer.rate:
            pacer.set_rate(rate, now)
            self._stats.steer(rate, profile)
        if profile != pacer.profile:
            pacer.set_profile(profile, now)
            self._stats.steer(rate, profile)

    def _rest(self, delivery: Delivery, pacer: Pacer, now: float) -> None:
        """Spend a moment of a pause."""
        self._show(RunState.PAUSED)
        delivery.poll(0)
        self._clock.wait(self._life.stop_event, _IDLE_S)
        after = self._clock.monotonic()
        pacer.restart(after)
        self._stats.rested(after - now)

    def _after(self, step: Step, delivery: Delivery, pacer: Pacer, now: float, due: int) -> None:
        """Serve reports, show where we are, and wait as long as there is nothing to do."""
        delivery.poll(0)
        down = delivery.down
        reason = down or step.held
        if not reason:
            self._held_since = None
        elif self._held_since is None:
            self._held_since = now
        if self._held_since is not None and now - self._held_since >= _HELD_AFTER_S:
            held_s = now - self._held_since
            self._show(RunState.WAITING if down else RunState.HELD, reason, held_s)
        else:
            self._show(RunState.RUNNING)
        if step.held:
            self._clock.wait(self._life.stop_event, _IDLE_S)
            pacer.restart(self._clock.monotonic())
        elif step.sent == 0 and due > 0:
            delivery.poll(_FULL_S)
        elif step.sent >= due:
            self._clock.wait(self._life.stop_event, pacer.next_tick(self._clock.monotonic()))

    def _drain(self, delivery: Delivery) -> None:
        """Wait until all that was sent is delivered; what is not in time counts as failed."""
        self._show(RunState.DRAINING)
        deadline = self._clock.monotonic() + delivery.timeout_s + _SPARE_S
        stopped = False
        timeout = OutageTimeout(self._give_up_after_s)
        try:
            while delivery.broken is None and delivery.flush(_FLUSH_S):
                now = self._clock.monotonic()
                if self._life.stopping and not stopped:
                    stopped, deadline = True, min(deadline, now + _STOP_FLUSH_S)
                if now >= deadline:
                    break
                self._show(RunState.DRAINING, delivery.down)
                timeout.check(delivery, now)
        finally:
            if len(delivery):
                delivery.purge()
            self._show(RunState.DRAINING)

    def _show(self, state: RunState, held: str = "", held_s: float = 0.0) -> None:
        self._life.enter(state)
        self._stats.show(state, held, held_s)
