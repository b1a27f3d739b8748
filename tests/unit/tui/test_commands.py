"""What is typed behind the colon."""

import pytest

from core.errors import UsageError
from tui.commands import Command, completed, figure, one_of, run_command, seconds, told


def commands(done: list[str]) -> list[Command]:
    return [
        Command("rate", "events a second", lambda text: done.append("rate " + text)),
        Command("replay", "", lambda _text: done.append("replay")),
        Command("quit", "", lambda _text: done.append("quit")),
    ]


def test_a_command_is_found_by_its_beginning_and_gets_its_argument() -> None:
    done: list[str] = []
    for text in ("rate 1 000", ":quit", "ra 5", " replay "):
        run_command(text, commands(done))
    assert done == ["rate 1 000", "quit", "rate 5", "replay"]


@pytest.mark.parametrize(("text", "named"), [("fly", "fly"), ("r 5", "rate, replay"), ("", "-")])
def test_what_is_not_there_or_could_be_several_is_refused_by_name(text: str, named: str) -> None:
    done: list[str] = []
    with pytest.raises(UsageError, match=named):
        run_command(text, commands(done))
    assert not done


def test_tab_completes_as_far_as_it_is_sure() -> None:
    known = commands([])
    assert completed("q", known) == "quit"
    assert completed("ra", known) == "rate "
    assert completed("r", known) == "r"
    assert completed("rate 5", known) == "rate 5"
    assert completed("fly", known) == "fly"


def test_tab_completes_an_argument_that_is_one_of_some() -> None:
    known = [Command("filter", "words", lambda _text: None, lambda: ("@late", "@lag", "save "))]
    assert completed("filter s", known) == "filter save "
    assert completed("filter @", known) == "filter @la"
    assert completed("filter @lat", known) == "filter @late"
    assert completed("filter x", known) == "filter x"
    assert told("filter @", known) == "filter  @late  @lag"
    assert told("filter @late", known) == "filter  words"
    assert told("filter x", known) == "filter  words"


def test_the_line_tells_what_could_be_meant() -> None:
    known = commands([])
    assert told("", known) == "quit  rate  replay"
    assert told("rate 5", known) == "rate  events a second"


def test_arguments_are_read_as_people_write_them() -> None:
    assert figure("1.2k", "a rate") == 1_200
    assert seconds("30s") == 30
    assert one_of("wa", ("steady", "wave")) == "wave"
    for wrong in ("", "0.5", "1e9", "soon"):
        with pytest.raises(UsageError):
            seconds(wrong)
    with pytest.raises(UsageError):
        one_of("", ("steady", "wave"))
