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


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        ("p@ss/word+1", "p%40ss%2Fword%2B1"),  # a password in a URL
        ("p@ss/word+1", "p%40ss/word%2B1"),  # in the path of one, where slashes stay
        ("a b&c=d", "a%20b%26c%3Dd"),
        ("caf\u00e9 noir", "caf%C3%A9%20noir"),
        ("caf\u00e9 noir", "caf\\u00e9 noir"),  # JSON in ASCII
        ('say "caf\u00e9"', 'say \\"caf\u00e9\\"'),  # JSON in UTF-8
        ("tab\there", "tab\\there"),  # repr
        ("back\\slash", "back\\\\slash"),
        ("  padded  ", "padded"),  # a reader that strips
    ],
)
def test_forms_that_programs_write_are_masked(secret, written):
    assert written != secret
    redact = Redactor(["other-secret", secret])
    assert redact(f"https://user:{written}@host/?x=1") == f"https://user:{MASK}@host/?x=1"


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


def test_lines_of_a_key_that_are_no_secret_stay():
    """Its frame, and lines so short that they may be anything."""
    key = (
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nqwertyuiopasdfg\n-----END PRIVATE KEY-----"
    )
    redact = Redactor([key])
    assert redact("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"
    assert redact("a MIIEvQIBADANBgkq b") == f"a {MASK} b"  # 16 characters
    assert redact("a qwertyuiopasdfg b") == "a qwertyuiopasdfg b"  # 15 of them
    assert redact(key) == MASK
    assert redact(f"  {key}") == f"  {MASK}"


def test_lines_count_only_where_there_are_several():
    assert Redactor(["one-line-of-a-secret\r"])("one-line-of-a-secret") == MASK


@pytest.mark.parametrize(("secret", "text"), [("abc", "xabcx"), ("ab", "ab1"), ("a.c", "abc")])
def test_three_characters_inside_a_word_are_no_secret(secret, text):
    assert Redactor([secret])(text) == text


def test_four_characters_are_one_wherever_they_stand():
    assert Redactor(["abcd"])("xabcdx") == f"x{MASK}x"
    assert Redactor(["a.cd"])("xabcdx") == "xabcdx"


def test_trees_are_masked_in_keys_and_values():
    redact = Redactor(["canary-1"])
    found = redact.tree({"a canary-1": ["canary-1", {"b": ("x", "canary-1")}], "n": 1})
    assert "canary" not in repr(found)
    assert found == {f"a {MASK}": [MASK, {"b": ["x", MASK]}], "n": 1}


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
        "SNOW_PRIVATE_KEY_PASSPHRASE",
        "SNOW_PRIVATE_KEY_FILE_PASSPHRASE",
        "passphrase",
        "SNOW_PASSCODE",
        "SNOW_TOKEN",
        "token",
        "SNOW_TOKEN_FILE_PATH",
        "client_secret",
        "private_key",
        "ssl.private.key",
        "ssl_key_pem",
        "KAFKA_CONF_SSL_KEY_PEM",
        "sasl.oauthbearer.client.secret",
        "SASL_OAUTHBEARER_CONFIG",
        "sasl.jaas.config",
    ],
)
def test_names_of_secrets_are_known(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "KAFKA_TOPIC",
        "sasl.username",
        "security.protocol",
        "SNOW_USER",
        "SNOW_TOKEN_FILE",
        "token_file",
        "SNOW_TOKEN_REQUEST_URL",
        "SNOW_PRIVATE_KEY_FILE",
        "private_key_path",
        "ssl.key.location",
        "",
    ],
)
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
