"""Which exit code a run ends with, whatever ended it."""

import signal

import pytest

from core.cli import exit_status
from core.cli.summary import render
from core.config.errors import Problem, SettingsError
from core.errors import BrokerError, ConfigError, InputError, StorageError, WarehouseHeldError
from core.jobs.base import Summary, Table, too_many_bad
from core.pipeline.read import DefinitionError, read_definition


def test_a_good_result_ends_with_zero():
    assert exit_status.of_result("", None) == (0, None)


def test_a_bad_result_outweighs_a_signal():
    code, fault = exit_status.of_result("3 events were not delivered", signal.SIGTERM)
    assert code == 1
    assert fault.kind == "bad_result"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_clean_drain_tells_its_signal(number, code):
    found, fault = exit_status.of_result("", number)
    assert found == code
    assert number.name in fault.message
    assert fault.kind == "interrupted"


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (ConfigError("x"), 2, "config"),
        (InputError("x"), 2, "input"),
        (StorageError("x"), 1, "storage"),
        (BrokerError("x"), 3, "broker"),
        (WarehouseHeldError("x"), 3, "warehouse_held"),
        (ValueError("x"), 4, "internal"),
        (KeyboardInterrupt(), 4, "internal"),
        (MemoryError(), 4, "internal"),
    ],
)
def test_errors_end_with_their_own_code(error, code, kind):
    found, fault = exit_status.of_error(error, None, {})
    assert (found, fault.kind) == (code, kind)


def test_after_a_signal_an_absent_broker_is_no_news():
    error = BrokerError("no answer", transient=True)
    assert exit_status.of_error(error, signal.SIGTERM, {})[0] == 143
    assert exit_status.of_error(error, None, {})[0] == 3
    assert exit_status.of_error(error, signal.SIGTERM, {"failed": 2})[0] == 3
    assert exit_status.of_error(BrokerError("fatal"), signal.SIGTERM, {})[0] == 3


def test_every_fault_of_a_definition_is_told():
    with pytest.raises(DefinitionError) as caught:
        read_definition('version = 2\nname = "A"\n', "mine/pipeline.toml")
    code, fault = exit_status.of_error(caught.value, None, {})
    assert code == 2
    assert len(fault.several) > 2
    assert all(message.startswith("mine/pipeline.toml:") for message, _hint in fault.several)
    assert [bool(hint) for _message, hint in fault.several[-2:]] == [False, True]


def test_several_problems_are_told_one_by_one():
    fault = exit_status.of_error(SettingsError([Problem("a", "h"), Problem("b")]), None, {})[1]
    assert fault.message == "a; b"
    assert fault.several == (("a", "h"), ("b", ""))


def test_bad_records_by_default_and_with_a_limit():
    assert too_many_bad(None, dead_lettered=5, rejected=5) == ""
    assert "1 event was" in too_many_bad(None, undelivered=1)
    assert too_many_bad(3, undelivered=1, dead_lettered=1, rejected=1) == ""
    assert "3 bad records, 2 allowed" in too_many_bad(2, undelivered=1, dead_lettered=1, rejected=1)


def test_a_summary_is_laid_out_harmless():
    table = Table(("name", "count"), [("a\x1b[31m\nb", 1234), (None, 5)], title="t")
    text = render(Summary(lines=("line \u202e",), tables=(table, Table(("x",), []))))
    assert "\x1b" not in text
    assert "\u202e" not in text
    lines = text.splitlines()
    assert lines[2] == "t"
    assert lines[5].endswith("1,234")
    assert lines[6].split() == ["-", "5"]
    assert lines[5].index("4") == lines[6].index("5")
