"""The mask for secrets: nothing of a secret comes through, in whatever form it is written."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.secrets import MASK, Redactor, is_secret_name
from core.text import clean

SECRETS = st.text(min_size=6, max_size=30).filter(
    lambda text: len(text.strip()) >= 6 and MASK[0] not in text
)


@given(secret=SECRETS, before=st.text(max_size=20), after=st.text(max_size=20))
def test_no_form_of_a_secret_survives(secret, before, after):
    redact = Redactor([secret])
    for written in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")):
        assert written not in redact(f"{before}{written}{after}")


@given(secret=SECRETS)
def test_a_masked_line_stays_masked_once_it_is_clean(secret):
    text = clean(Redactor([secret])(f"key={secret} refused"))
    assert text == f"key={MASK} refused"


def test_a_secret_inside_another_leaves_no_rest():
    assert Redactor(["abcd", "abcdefgh"])("x abcdefgh y") == f"x {MASK} y"


def test_a_short_secret_is_masked_only_as_a_word():
    redact = Redactor(["ab"])
    assert redact("ab about ab,") == f"{MASK} about {MASK},"


def test_each_line_of_a_key_is_masked():
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nqwertyuiopasdfghjkl\n-----END"
    shown = Redactor([key])("bad line MIIEvQIBADANBgkqhkiG9w0 in key")
    assert "MIIE" not in shown


def test_trees_are_masked_in_keys_and_values():
    redact = Redactor(["canary-1"])
    found = redact.tree({"a canary-1": ["canary-1", {"b": ("x", "canary-1")}], "n": 1})
    assert "canary" not in repr(found)


def test_without_secrets_nothing_changes():
    assert Redactor([])("text") == "text"
    assert Redactor(["", "  "])("text  ") == "text  "


@pytest.mark.parametrize(
    "name",
    [
        "SNOW_PASSWORD",
        "sasl.password",
        "ssl.key.password",
        "ssl.key.pem",
        "KAFKA_CONF_SASL_OAUTHBEARER_CLIENT_SECRET",
        "sasl.oauthbearer.config",
    ],
)
def test_names_of_secrets_are_known(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["KAFKA_TOPIC", "sasl.username", "security.protocol", "SNOW_USER"])
def test_names_of_plain_settings_are_not(name):
    assert not is_secret_name(name)


@given(
    secrets=st.lists(st.text("ABC", min_size=4, max_size=12), min_size=1, max_size=3),
    text=st.text("ABCx ", max_size=60),
    limit=st.integers(0, 70),
)
def test_the_head_of_a_text_is_masked_as_the_whole_is(secrets, text, limit):
    """What begins before the cut goes as a whole; what stands behind the cut is not looked at."""
    redact = Redactor(secrets)
    head = redact.head(text, limit)
    assert redact(text).startswith(head)
    assert redact.head(text, len(text)) == redact(text)
    assert Redactor([]).head(text, limit) == text[:limit]
