"""Counts what a producer does and publishes it as snapshots. Only the producer's thread writes."""

from dataclasses import replace
from datetime import timedelta

from core.clock import Clock
from core.producer.delivery import Delivery
from core.producer.failures import in_words
from core.producer.fault_log import FaultLog
from core.producer.modes import Profile
from core.producer.options import ProduceOptions
from core.producer.publisher import Publisher
from core.producer.snapshot import ProducerSnapshot
from core.rate_meter import RateMeter
from core.text import clean
from core.textfiles.csv_records import RejectedRow
from core.workers import RunState

PUBLISH_S = 0.1
"""Snapshots are at most this old while the thread runs."""

SHOWN_ROWS = 10
"""Rejected rows that a snapshot names; the log has all of them."""


class ProducerStats:
    """The figures of one run. `latest` may be read from any thread."""

    def __init__(self, topic: str, options: ProduceOptions, clock: Clock) -> None:
        self._clock = clock
        self._options = options
        self._meter = RateMeter()
        self._parts: tuple[Delivery, Publisher, FaultLog | None] | None = None
        self._rejected = 0
        self._rejected_rows: tuple[RejectedRow, ...] = ()
        self._started: float | None = None
        self._ended: float | None = None
        self._rested = 0.0
        self._published_at = 0.0
        self.latest = ProducerSnapshot(
            mode=options.mode,
            topic=topic,
            profile=options.profile,
            rate_target=options.rate,
        )

    def watch(
        self,
        delivery: Delivery,
        publisher: Publisher,
        answers: FaultLog | None,
    ) -> None:
        """Take figures from these parts from now on."""
        self._parts = (delivery, publisher, answers)

    def reject(self, row: RejectedRow) -> None:
        """Count a row of the file that was left out."""
        self._rejected += 1
        if len(self._rejected_rows) < SHOWN_ROWS:
            self._rejected_rows += (row,)

    def steer(self, rate: float, profile: Profile) -> None:
        """Show another target."""
        self.latest = replace(self.latest, rate_target=rate, profile=profile)

    def begin(self, now: float) -> None:
        """Say that publishing begins."""
        self._started = now

    def rested(self, seconds: float) -> None:
        """Leave a pause out of the mean rate."""
        self._rested += seconds

    def published(self, now: float) -> None:
        """Say that publishing is over; what follows is delivery."""
        self._ended = now

    def show(self, state: RunState, held: str = "", held_s: float = 0.0) -> None:
        """Publish a snapshot if the state has changed or the last one is old enough.

        held: why nothing goes out. held_s: for how many seconds that was so before it is shown.
        """
        now = self._clock.monotonic()
        last = self.latest
        if (
            state is last.state
            and held == last.held_reason
            and now < self._published_at + PUBLISH_S
        ):
            return
        self._published_at = now
        since = None
        if held:
            began = self._clock.now() - timedelta(seconds=held_s)
            since = last.held_since if last.held_since is not None else began
        self.latest = replace(self._figures(now), state=state, held_reason=held, held_since=since)

    def end(self, state: RunState) -> None:
        """Publish the last snapshot, with the mean rate of the run, and let go of the parts."""
        now = self._clock.monotonic()
        last = replace(self._figures(now), state=state, held_reason="", held_since=None)
        if self._started is not None:
            # As fast as possible means delivered; at a set rate, what counts is when it went out.
            until = now if last.rate_target == 0 or self._ended is None else self._ended
            active = until - self._started - self._rested
            last = replace(last, rate_actual=last.sent / active if active > 0 else 0.0)
        self.latest = last
        self._parts = None

    def _figures(self, now: float) -> ProducerSnapshot:
        """Return the latest snapshot with the present figures."""
        last = replace(
            self.latest,
            rejected=self._rejected,
            rejected_rows=self._rejected_rows,
            elapsed_s=0.0 if self._started is None else now - self._started,
        )
        if self._parts is None:
            return last
        delivery, publisher, answers = self._parts
        self._meter.observe(now, delivery.enqueued)
        failures = delivery.failures
        last = replace(
            last,
            sent=delivery.enqueued,
            acked=delivery.acked,
            failed=delivery.failed,
            bytes=publisher.bytes,
            rate_actual=self._meter.per_second,
            failures=failures,
            delivery_error=in_words(failures),
            fraction=self._fraction(publisher, last),
        )
        if answers is None:
            return last
        return replace(last, injected={**answers.counts}, answer_key=clean(answers.path))

    def _fraction(self, publisher: Publisher, last: ProducerSnapshot) -> float | None:
        """Return the share that is done; of source and duration, the one that is further."""
        duration = self._options.duration_s
        shares = [share for share in (last.fraction, publisher.fraction) if share is not None]
        if duration is not None:
            shares.append(min(last.elapsed_s / duration, 1.0))
        return max(shares, default=None)
