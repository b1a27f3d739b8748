"""The producer pane."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, get_args

from textual.binding import Binding, BindingType

from core.errors import UsageError
from core.jobs.base import Table
from core.jobs.produce import Options, checked_options
from core.operations.snapshot import ControllerSnapshot
from core.producer.modes import Profile
from core.producer.options import DEFAULT_RATES, MAX_RATE
from core.text import N_, _, clean
from core.workers import FINAL_STATES, RunState, state_name
from tui.commands import Command, figure, one_of
from tui.dialogs.options_form import OptionsForm
from tui.panes.base import Pane
from tui.styled_text import Line
from tui.views.frame import Frame, keyed
from tui.views.producer import exported, producer

FORM = ("mode", "rate", "profile", "limit", "duration", "duplicates", "late", "poison", "deletes")
"""The options that are asked for, in this order."""
_STEP, _LEAP = 1.25, 10.0
_LEAST = 1.0
_RATE = 200.0


class ProducerPane(Pane):
    """Publishes orders, at a rate that keys change while it runs.

    `options` are those of the session, as last given: what a start publishes.
    """

    NAME, NUMBER, TITLE = "producer", "2", N_("Producer")
    WHOLE = 20
    CHANGES = frozenset(
        {"producer.start", "producer.pause", "producer.stop", "producer.faster", "producer.stream"}
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", N_("start"), id="producer.start", tooltip=N_("start or resume")),
        Binding("p", "pause", N_("pause"), id="producer.pause", tooltip=N_("pause or resume")),
        Binding("x", "stop", N_("stop"), id="producer.stop"),
        Binding(
            "plus,equals_sign",
            "change(1.25)",
            N_("rate"),
            id="producer.faster",
            key_display="±",
            tooltip=N_("rate +25 %, or back"),
        ),
        Binding(
            "minus",
            "change(0.8)",
            N_("slower"),
            id="producer.slower",
            tooltip=N_("rate +25 %, or back"),
            show=False,
        ),
        Binding(
            "greater_than_sign,asterisk",
            "change(10)",
            N_("ten times faster"),
            id="producer.leap",
            key_display="<>",
            tooltip=N_("ten times slower, or faster"),
            show=False,
        ),
        Binding(
            "less_than_sign",
            "change(0.1)",
            N_("ten times slower"),
            id="producer.drop",
            tooltip=N_("ten times slower, or faster"),
            show=False,
        ),
        Binding(
            "f",
            "flat_out",
            N_("unlimited"),
            id="producer.flat_out",
            tooltip=N_("unlimited, or back to the previous rate"),
            show=False,
        ),
        Binding(
            "n",
            "profile",
            N_("profile"),
            id="producer.profile",
            tooltip=N_("next profile: steady, wave, burst"),
            show=False,
        ),
        Binding(
            "o",
            "options",
            N_("options"),
            id="producer.options",
            tooltip=N_("mode, rate, limits, profile and faults of the next run"),
            show=False,
        ),
        Binding(
            "m",
            "stream",
            N_("stream"),
            id="producer.stream",
            tooltip=N_("publish made-up events"),
            show=False,
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.options = Options(rate=_RATE)
        self._rate_before = _RATE

    def view(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return rates and counts."""
        return producer(now, frame, self.options)

    def table(self, now: ControllerSnapshot) -> Table:
        """Return what it exports."""
        return exported(now)

    def status(self, now: ControllerSnapshot) -> str:
        """Return the producer's state."""
        state = now.producer.state
        return "" if state is RunState.IDLE else state_name(state)

    def usable(self, action: str, now: ControllerSnapshot) -> bool:
        """Whether a key does something: nothing is paused or stopped that does not run."""
        at_work = now.producer.state not in {RunState.IDLE, *FINAL_STATES}
        if action == "producer.start":
            return not at_work or now.producer.state is RunState.PAUSED
        return at_work or action not in {"producer.pause", "producer.stop"}

    def action_start(self) -> None:
        """Publish as the options say, or go on after a pause."""
        running = self.controller.producer
        if running is not None:
            running.resume()
        elif self._has_input(self.options.mode) and self.opened(warehouse=False):
            self.console.attempt(lambda: self.controller.start_producer(self.options))

    def action_stream(self) -> None:
        """Publish made-up events; does nothing while some are published already.

        It asks first, unless a stream ran last: nothing takes them out again. After a replay the
        rate is that of a stream: that of the replay may have been without a limit.
        """
        if self.controller.producer is not None or not self._has_input("stream"):
            return
        last = self.controller.snapshot().producer
        if last.mode == "stream" and last.state is not RunState.IDLE:
            self._stream(self.options)
            return
        options = self.options
        if last.state is not RunState.IDLE:
            options = replace(options, rate=DEFAULT_RATES["stream"])
        rate = DEFAULT_RATES["stream"] if options.rate is None else options.rate
        told = _("made-up events at {rate} to {topic}") if rate else _("unlimited, to {topic}")
        topic = clean(last.topic or self.controller.settings.kafka.topic, 80)
        lines = [told.format(rate=self.console.formats.rate(rate), topic=topic)]
        title = _("Stream made-up events?")
        self.console.confirm(False, title, lines, lambda: self._stream(options))

    def _stream(self, options: Options) -> None:
        self.options = replace(options, mode="stream")
        self.action_start()

    def _has_input(self, mode: str) -> bool:
        """Return whether there is something to publish from; say what to do when there is not."""
        folder = self.options.input or self.controller.settings.paths.seed
        pipeline = self.controller.settings.pipeline
        if not pipeline.has_generator:
            names = [f"{pipeline.name}{ending}" for ending in (".csv", ".jsonl", ".ndjson")]
            there = folder.is_file() or any((folder / name).exists() for name in names)
            if mode == "replay" and not there:
                told = _("There is no file to replay: [m] streams made-up events.")
                self.console.refuse(keyed(told, {"m": "producer.stream"}, self.console.key_of))
            return there or mode == "stream"
        if mode == "replay" and not (folder / "orders.csv").exists():
            self.console.refuse(_("There is no orders.csv yet: generate it in the seed pane."))
            return False
        if mode == "stream" and not (folder / "inventory.csv").exists():
            self.console.refuse(_("There is no catalogue yet: generate it in the seed pane."))
            return False
        return True

    def action_pause(self) -> None:
        """Pause, or go on."""
        running = self.controller.producer
        if running is not None:
            paused = running.snapshot().state is RunState.PAUSED
            running.resume() if paused else running.pause()

    def action_stop(self) -> None:
        """End cleanly."""
        running = self.controller.producer
        if running is not None:
            running.stop()

    def action_change(self, factor: float) -> None:
        """Multiply the rate: of the run under way and of the next one."""
        running = self.controller.producer
        present = self._rate
        if running is not None:
            now = running.snapshot()
            present = now.rate_target or now.rate_actual
        self._set_rate(min(max(_round(present * factor), _LEAST), MAX_RATE))

    def action_flat_out(self) -> None:
        """Publish as fast as possible, or at the rate before."""
        if self._rate:
            self._rate_before = self._rate
            self._set_rate(0.0)
        else:
            self._set_rate(self._rate_before)

    def action_profile(self) -> None:
        """Take the next profile, at once."""
        profiles: tuple[Profile, ...] = get_args(Profile)
        present = self.options.profile
        profile = profiles[(profiles.index(present) + 1) % len(profiles)]
        self.options = replace(self.options, profile=profile)
        running = self.controller.producer
        if running is not None:
            running.set_profile(profile)

    def action_options(self) -> None:
        """Ask what to publish. Rate and profile hold at once, the rest at the next start."""
        running = self.controller.producer
        given = self.options
        if running is not None:
            now = running.snapshot()
            given = replace(given, rate=now.rate_target, profile=now.profile)
        if given.rate is None:
            given = replace(given, rate=DEFAULT_RATES[given.mode])
        check = partial(checked_options, self.controller.settings)
        start = _("Save and start") if running is None else ""
        form = OptionsForm(_("Publish"), given, FORM, check, start)

        def answered(options: Options | None) -> None:
            self._given(options)
            if form.started:
                self.action_start()

        self.app.push_screen(form, answered)

    def _given(self, options: Options | None) -> None:
        if options is None:
            return
        self.options = options
        running = self.controller.producer
        if running is not None:
            running.set_profile(options.profile)
            self._set_rate(self._rate)

    @property
    def _rate(self) -> float:
        rate = self.options.rate
        return DEFAULT_RATES[self.options.mode] if rate is None else rate

    def commands(self) -> Sequence[Command]:
        """Return what the command line takes for this pane."""
        return (
            Command("rate", _("events a second; 0 is unlimited"), self._take_rate),
            Command(
                "profile",
                " | ".join(get_args(Profile)),
                self._take_profile,
                lambda: get_args(Profile),
            ),
        )

    def _take_rate(self, argument: str) -> None:
        """Publish at another rate. Errors: UsageError."""
        rate = figure(argument, _("a rate such as 500 or 1.2k"))
        if not 0 <= rate <= MAX_RATE:
            raise UsageError(_("the rate {value} cannot be used").format(value=clean(argument, 40)))
        self._set_rate(rate)

    def _take_profile(self, argument: str) -> None:
        """Take another profile. Errors: UsageError."""
        self._given(replace(self.options, profile=one_of(argument, get_args(Profile))))

    def _set_rate(self, rate: float) -> None:
        self.options = replace(self.options, rate=rate)
        running = self.controller.producer
        if running is not None:
            self.console.attempt(lambda: running.set_rate(rate))


def _round(rate: float) -> float:
    """Return a rate with three figures: a quarter more of 300 is 375, and of 375 is 469."""
    digits = len(str(int(rate)))
    return float(round(rate, 3 - digits)) if digits > 2 else round(rate, 1)  # noqa: PLR2004
