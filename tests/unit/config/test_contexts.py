"""Contexts by name: a file of the person, read whole or refused with file, line and name."""

from pathlib import Path

import pytest

from core.config.contexts import Context, context_named, contexts_file, read_contexts
from core.config.errors import SettingsError
from core.errors import UsageError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contexts.toml"


def test_contexts_in_their_order_with_the_settings_beside_their_data(file, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / ".env").write_text("")
    file.write_text(
        '[staging]\ndata_dir = "~/here/data"\n\n[prod]\ndata_dir = "/srv/data"\n'
        'env_file = "/srv/x.env"\npipeline = "orders"\nreports_dir = "/srv/r"\n'
    )
    here = tmp_path / "here"
    assert read_contexts(file) == (
        Context("staging", here / "data", here / ".env", None, here / "reports"),
        Context("prod", Path("/srv/data"), Path("/srv/x.env"), "orders", Path("/srv/r")),
    )


def test_no_file_is_no_context_and_names_are_told(file):
    assert read_contexts(file) == ()
    with pytest.raises(UsageError, match="there are no contexts"):
        context_named("a", (), file)
    known = (Context("one", Path("/a")), Context("two", Path("/b")))
    assert context_named("two", known, file) is known[1]
    with pytest.raises(UsageError, match="no context three") as caught:
        context_named("three", known, file)
    assert "one, two" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("[a]\ndata_dir = 5\n", ":2: context a:", "data_dir is not a text"),
        ("[a]\n", ":1: context a:", "data_dir is missing"),
        ('[a]\ndata_dir = "/a"\n\ndatadir = "x"\n', ":4: context a:", "datadir is not known"),
        ('[a]\ndata_dir = "a/b"\n', ":2: context a:", "not a whole path"),
        ('["a b"]\ndata_dir = "/a"\n', ":1: context a b:", "a name has"),
        ("a = 1\n", ":1: context a:", "not a table"),
        ("[a\n", "contexts.toml: is not TOML", "line 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(file, text, at, told):
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_contexts(file)
    assert at in caught.value.message
    assert told in caught.value.message
    assert caught.value.hint


def test_the_folder_is_that_of_the_person():
    assert contexts_file({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}) == Path(
        "/x/dropship/contexts.toml"
    )
    for environ in ({"HOME": "/h"}, {"XDG_CONFIG_HOME": "relative", "HOME": "/h"}):
        assert contexts_file(environ) == Path("/h/.config/dropship/contexts.toml")
