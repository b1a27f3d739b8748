"""A file of keys: what may stand in it, and what is told of the rest."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding

from core.config.errors import SettingsError
from core.errors import ExitCode
from tui.keymap import (
    FIXED,
    _clashes,
    _letter,
    _places,
    actions,
    keymap_file,
    keymap_text,
    read_keymap,
    write_keymap,
)


@pytest.fixture
def read(tmp_path):
    def of(text):
        file = tmp_path / "keymap.toml"
        file.write_text(text)
        return read_keymap(file)

    return of


def test_without_a_file_every_key_is_as_it_was(tmp_path):
    assert read_keymap(tmp_path / "keymap.toml") == {}
    assert keymap_file({"XDG_CONFIG_HOME": "/x"}).as_posix() == "/x/dropship/keymap.toml"


def test_ids_are_quoted_or_written_as_tables_and_keys_as_they_are_typed(read):
    found = read('"app.demo" = "f5"\nproducer.start = ["!", "ctrl+t"]\n[rows]\nsort = "*"\n')
    assert found == {
        "app.demo": "f5",
        "producer.start": "exclamation_mark,ctrl+t",
        "rows.sort": "asterisk",
    }


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('\n"producer.strat" = "f5"', 2, "did you mean producer.start?"),
        ('"no" = "f5"', 1, "no: there is no such action"),
        ('"app.demo" = "sometimes"', 1, "sometimes is not a key"),
        ('"app.demo" = "hold+x"', 1, "hold+x is not a key"),
        ('"app.demo" = ""', 1, ": - is not a key"),
        ('"app.demo" = 5', 1, "is not a key, nor a list of keys"),
        ('"app.demo" = "ctrl+q"', 1, "ctrl+q does app.quit already"),
        ('"sql.run" = "x"', 1, "x is needed to type"),
        ('"form.next" = "x"', 1, "x is needed to type"),
        ('"form.start" = "enter"', 1, "enter does form.submit already"),
        ('"form.leave" = "f5"', 1, "form.leave: there is no such action"),
        ('\n\n"app.demo" = "s"', 3, "s does producer.start already"),
        ('"seed.options" = "f5"\n"seed.cancel" = "f5"', 2, "cancel: f5 does seed.options already"),
        ('"rows.next" = "slash"', 1, "/ does rows.filter already"),
        ('"app.demo" = f5', 1, "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_line_id_and_key(read, text, line, told):
    with pytest.raises(SettingsError) as caught:
        read(text)
    assert told in caught.value.message
    assert caught.value.exit_code == ExitCode.USAGE
    assert f"keymap.toml:{line}: " in caught.value.message or "line 1" in caught.value.message
    assert caught.value.hint


def test_two_actions_may_change_their_keys(read):
    assert read('"producer.start" = "x"\n"producer.stop" = "s"')


def test_keys_as_they_are_clash_nowhere_and_every_action_has_an_id():
    assert not list(_clashes({}))
    for place in _places():
        assert all(isinstance(one, Binding) and one.id in {*actions(), *FIXED} for one in place)


def test_the_file_that_names_all_actions_is_read_again(tmp_path):
    file = tmp_path / "new" / "keymap.toml"
    assert write_keymap(file, {"app.demo": "f5"})
    assert not write_keymap(file, {})
    assert read_keymap(file) == {"app.demo": "f5"}
    whole = "\n".join(line.removeprefix("#") for line in keymap_text({}).splitlines()[2:])
    file.write_text(whole)
    assert all(f'"{name}" = ' in whole for name in actions())
    assert read_keymap(file) == {}


def named() -> Iterator[tuple[str, str]]:
    """Yield what texts call a key, and the ids of the actions that they mean."""
    for file in (Path(__file__).parents[3] / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict) and node.keys:
                pairs = [
                    (ast.unparse(key), ast.unparse(value))
                    for key, value in zip(node.keys, node.values, strict=True)
                    if key
                ]
                texts = [
                    (key[1:-1], value[1:-1]) for key, value in pairs if key[0] + value[0] == "''"
                ]
                yield from (
                    one for one in texts if all(each in actions() for each in one[1].split())
                )


def test_what_texts_name_are_the_keys_as_they_are_bound():
    found = list(named())
    assert len(found) > 30
    for key, ids in (one for one in found if one != ("ctrl+q", "app.quit")):
        bound = [actions()[each].key.split(",")[0] for each in ids.split()]
        assert key.split()[-1] == "".join(_letter(each) or each for each in bound), ids
