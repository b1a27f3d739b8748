"""How many events are due: exact over time, whatever the ticks, the jumps and the changes."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.producer.modes import Profile
from core.producer.pacing import (
    BURST_PERIOD_S,
    EVERYTHING,
    TICK_S,
    WAVE_PERIOD_S,
    Pacer,
    elapsed_work,
)

PROFILES: tuple[Profile, ...] = ("steady", "wave", "burst")
profiles = st.sampled_from(PROFILES)
rates = st.floats(0.1, 100_000)


def run(pacer: Pacer, start: float, until: float, late: random.Random) -> int:
    """Tick as the worker does, each wait late by up to 4 ms; return the events that went out."""
    now, out = start, 0
    while now < until:
        due = pacer.due(now)
        pacer.took(due)
        out += due
        now += pacer.next_tick(now) + late.uniform(0, 0.004)
    due = pacer.due(until)
    pacer.took(due)
    return out + due


@pytest.mark.parametrize("rate", [10, 1_000, 20_000])
def test_ten_seconds_at_a_rate_are_exact_to_half_a_percent(rate: int) -> None:
    out = run(Pacer(rate, "steady", 100.0), 100.0, 110.0, random.Random(1))
    assert abs(out / (10 * rate) - 1) < 0.005


@given(rates, st.integers(1, 200_000))
def test_each_event_is_due_at_its_moment_the_first_at_the_start(rate: float, number: int) -> None:
    pacer = Pacer(rate, "steady", 100.0)
    assert pacer.due(100.0) == 0
    assert pacer.due(100.0 + 2e-6) == 1
    pacer.took(number)
    due_at = 100.0 + number / rate
    assert pacer.due(due_at - max(2e-6, 0.01 / rate)) == 0
    assert pacer.due(due_at + 2e-6) == 1


@given(rates, profiles, st.floats(0.01, 100))
def test_the_slots_that_were_served_last_as_long_as_the_rate_says(
    rate: float, profile: Profile, seconds: float
) -> None:
    pacer = Pacer(rate, profile, 0.0)
    events = max(round(rate * seconds), 1)
    pacer.took(events)
    assert pacer.served_until(0.0) == pytest.approx(events / rate)
    late = events / rate + WAVE_PERIOD_S
    assert pacer.served_until(late) == late


@pytest.mark.parametrize(
    ("profile", "period"), [("wave", WAVE_PERIOD_S), ("burst", BURST_PERIOD_S)]
)
def test_the_mean_of_a_profile_is_the_rate(profile: Profile, period: float) -> None:
    out = run(Pacer(500, profile, 0.0), 0.0, 2 * period, random.Random(2))
    assert abs(out - 1_000 * period) <= 1


def test_a_profile_swings() -> None:
    def pace(profile: Profile, at: float) -> float:
        return elapsed_work(profile, at + 0.5) - elapsed_work(profile, at)

    assert pace("burst", 0.5) > 5 * pace("burst", 5.0) > 0
    assert pace("wave", 15.0) > 5 * pace("wave", 45.0) > 0


@given(profiles, st.floats(0, 1e5), st.floats(0, 1e3))
def test_work_never_falls_and_stays_near_the_time(
    profile: Profile, at: float, later: float
) -> None:
    assert elapsed_work(profile, at + later) >= elapsed_work(profile, at) - 1e-6
    assert abs(elapsed_work(profile, at) - at) <= WAVE_PERIOD_S


@given(rates, profiles, st.lists(st.floats(-3.0, 3.0), max_size=40))
def test_a_clock_that_jumps_makes_at_most_a_second_good(
    rate: float, profile: Profile, jumps: list[float]
) -> None:
    pacer = Pacer(rate, profile, 1_000.0)
    now = 1_000.0
    for jump in jumps:
        now += jump
        due = pacer.due(now)
        assert 0 <= due < max(rate * 1.0, 1) + 1, "one second's worth and no more"
        pacer.took(due)
        assert pacer.due(now) == 0


@pytest.mark.parametrize(("away_s", "made_good"), [(0.5, 50), (0.99, 99), (1.0, 100), (9.0, 100)])
def test_a_second_of_delay_is_made_good_and_what_is_older_is_forgiven(
    away_s: float, made_good: int
) -> None:
    pacer = Pacer(100, "steady", 0.0)
    assert pacer.due(away_s) == made_good
    pacer.took(made_good)
    assert pacer.due(away_s) == 0
    assert pacer.due(away_s + 0.5) == 50


@given(st.lists(st.floats(1, 20_000), min_size=1, max_size=12))
def test_events_under_changing_rates_add_up(changes: list[float]) -> None:
    pacer = Pacer(changes[0], "steady", 0.0)
    now, out = 0.0, 0
    for rate in changes:
        pacer.set_rate(rate, now)
        for _tick in range(20):
            now += TICK_S
            due = pacer.due(now)
            pacer.took(due)
            out += due
            assert due <= rate * TICK_S + 2
    assert abs(out - sum(changes) * 20 * TICK_S) <= 1 + 1e-6


@given(rates, st.floats(0.5, 10_000))
def test_a_pause_owes_nothing(rate: float, pause: float) -> None:
    pacer = Pacer(rate, "steady", 0.0)
    pacer.took(pacer.due(0.5))
    pacer.restart(0.5 + pause)
    assert pacer.due(0.5 + pause) <= 1


def test_changing_the_profile_starts_it_at_its_beginning() -> None:
    pacer = Pacer(100, "steady", 0.0)
    pacer.took(pacer.due(0.95))
    pacer.set_profile("burst", 0.95)
    assert pacer.due(1.05) == pytest.approx(100 * 4 * 0.1, abs=1)


def test_as_fast_as_possible_leaves_no_debt() -> None:
    pacer = Pacer(0, "steady", 0.0)
    assert pacer.due(0.0) == EVERYTHING
    pacer.took(123_456)
    pacer.set_rate(10, 5.0)
    assert [pacer.due(5.0), pacer.due(5.55)] == [0, 6]
    pacer.set_rate(0, 6.0)
    assert pacer.due(6.0) == EVERYTHING


def test_ticks_lie_on_a_grid() -> None:
    pacer = Pacer(10, "steady", 50.0)
    waits = [pacer.next_tick(50 + part / 1000) for part in range(12)]
    assert all(0 < wait <= TICK_S for wait in waits)
    ends = [50 + part / 1000 + wait for part, wait in enumerate(waits)]
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(ends))
    assert waits[0] == pytest.approx(TICK_S)
    assert waits[3] == pytest.approx(0.002)
