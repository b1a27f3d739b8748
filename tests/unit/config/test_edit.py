"""A file of settings is changed line by line: comments, order, line ends and mode stay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.edit import checked_edit, edited, text_of, unusable, write_env_file
from core.config.envfile import parse_env_file
from core.errors import ConfigError, StorageError

FILE = Path("x.env")
TEXT = """\
# Broker
export KAFKA_TOPIC = 'orders'   # the old one

#KAFKA_GROUP_ID=dropship
# SNOW_ROLE=LOADER

LOG_LEVEL=INFO
"""


def values(text: str) -> dict[str, str]:
    return {one.key: one.value for one in parse_env_file(FILE, text, {}).entries}


def test_a_value_is_replaced_and_everything_else_stays() -> None:
    assert edited(TEXT, {"KAFKA_TOPIC": "sales"}) == TEXT.replace("'orders'", "sales")


def test_a_new_setting_goes_below_the_comment_that_proposes_it() -> None:
    new = edited(TEXT, {"SNOW_ROLE": "WORKER"})
    assert new == TEXT.replace("# SNOW_ROLE=LOADER\n", "# SNOW_ROLE=LOADER\nSNOW_ROLE=WORKER\n")


def test_a_new_setting_goes_to_the_end_of_a_file_without_a_last_line_end() -> None:
    assert edited("A=1", {"KAFKA_TOPIC": "t"}) == "A=1\nKAFKA_TOPIC=t\n"
    assert edited("", {"KAFKA_TOPIC": "t"}) == "KAFKA_TOPIC=t\n"
    assert edited("A=1\r\n", {"KAFKA_TOPIC": "t"}) == "A=1\r\nKAFKA_TOPIC=t\r\n"


def test_a_setting_that_goes_leaves_its_remark_and_the_blank_lines() -> None:
    new = edited(TEXT, {"KAFKA_TOPIC": "", "LOG_LEVEL": ""})
    assert new == TEXT.replace(
        "export KAFKA_TOPIC = 'orders'   # the old one", "# the old one"
    ).replace("LOG_LEVEL=INFO\n", "")
    assert values(new) == {}


def test_of_a_setting_that_stands_twice_the_line_that_counts_is_changed() -> None:
    assert edited("A=1\nA=2\n", {"A": "3"}) == "A=1\nA=3\n"
    assert edited("A=1\nB=5\nA=2\n", {"A": ""}) == "B=5\n"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=60))
def test_what_is_written_is_read_again_whatever_is_in_it(value: str) -> None:
    if unusable("KAFKA_TOPIC", value):
        return
    new = checked_edit(FILE, TEXT, {"KAFKA_TOPIC": value, "SNOW_PASSWORD": value})
    assert values(new) == {"KAFKA_TOPIC": value, "SNOW_PASSWORD": value, "LOG_LEVEL": "INFO"}


@pytest.mark.parametrize("value", ["a\nB=1", "a\x00", "a\x1b[31m", "a\u2028b", "x" * 4_001])
def test_a_value_of_several_lines_or_with_control_characters_is_refused(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        edited(TEXT, {"SNOW_PASSWORD": value})
    assert value not in caught.value.message
    assert caught.value.message.startswith("SNOW_PASSWORD: ")


def test_a_value_that_another_line_refers_to_is_not_changed() -> None:
    with pytest.raises(ConfigError, match="other lines"):
        checked_edit(FILE, "A=1\nB=${A}\n", {"A": "2"})


def test_mode_and_link_stay_and_a_new_file_is_private(tmp_path: Path) -> None:
    file, link, new = tmp_path / "real", tmp_path / ".env", tmp_path / "new"
    file.write_text("A=1\n")
    file.chmod(0o640)
    link.symlink_to(file)
    for path in (link, new):
        write_env_file(path, "A=2\n")
        assert path.read_text() == "A=2\n"
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == [".env", "new", "real"]


def test_a_file_that_cannot_be_written_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no/x\.env"):
        write_env_file(tmp_path / "no" / "x.env", "A=1\n")


def test_a_byte_order_mark_and_an_absent_file_are_no_matter(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert text_of(file) == ""
    file.write_bytes(b"\xef\xbb\xbfA=1\n")
    assert text_of(file) == "A=1\n"
