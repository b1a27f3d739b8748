"""What is typed into the forms, read as options."""

from dataclasses import asdict
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.load import load_settings
from core.errors import UsageError
from core.jobs import produce, seed
from tui.dialogs.options_form import read
from tui.dialogs.values import day, number, optional_number, optional_whole, plain, whole
from tui.panes import producer as producer_pane
from tui.panes import seed as seed_pane

SEED = {
    "--customers": "1000",
    "--products": "200",
    "--orders": "5 000",
    "--seed": "42",
    "--start": "2024-01-01",
    "--end": "2024-12-31",
}
PRODUCER = {
    "--mode": "stream",
    "--rate": "12,5",
    "--profile": "wave",
    "--limit": "",
    "--duration": "30",
    "--duplicates": "0.1",
    "--late": "0",
    "--poison": "0",
    "--deletes": "",
}


def read_seed(texts: dict[str, str]) -> seed.Options:
    return read(texts, seed.Options(), seed_pane.FORM, seed.spec_of)


def read_producer(texts: dict[str, str]) -> produce.Options:
    check = partial(produce.checked_options, load_settings(environ={}))
    return read(texts, produce.Options(), producer_pane.FORM, check)


def test_seed_options_are_read() -> None:
    assert read_seed(SEED) == seed.Options()


def test_producer_options_are_read() -> None:
    assert read_producer(PRODUCER) == produce.Options(
        mode="stream", rate=12.5, profile="wave", duration=30.0, duplicates=0.1
    )


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--customers", "0"),
        ("--orders", "-1"),
        ("--orders", ""),
        ("--seed", "1.5"),
        ("--start", "yesterday"),
        ("--end", "2020-01-01"),
    ],
)
def test_seed_options_that_cannot_be_used_are_named(option: str, text: str) -> None:
    with pytest.raises(UsageError, match=option):
        read_seed(SEED | {option: text})


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--rate", "-1"),
        ("--rate", "nan"),
        ("--rate", "fast"),
        ("--limit", "0"),
        ("--duration", "0"),
        ("--late", "1.1"),
        ("--poison", "\x1b[2J"),
    ],
)
def test_producer_options_that_cannot_be_used_are_named(option: str, text: str) -> None:
    with pytest.raises(UsageError, match=option) as caught:
        read_producer(PRODUCER | {option: text})
    assert "\x1b" not in caught.value.message


@given(st.integers(0, 10**12), st.floats(0, 1e9, allow_nan=False), st.dates())
def test_what_a_field_shows_is_read_back_as_it_was(count: int, share: float, when: date) -> None:
    texts = {"a": plain(count), "b": plain(share), "c": when.isoformat(), "d": plain(None)}
    assert whole(texts, "a") == count
    assert number(texts, "b") == share
    assert day(texts, "c") == when
    assert optional_whole(texts, "d") is None
    assert optional_number(texts, "d") is None


def test_forms_offer_every_option_of_their_job() -> None:
    assert {name.strip("-") for name in SEED} == set(asdict(seed.Options())) - {"output"}
    assert {name.strip("-") for name in PRODUCER} == set(asdict(produce.Options())) - {"input"}
