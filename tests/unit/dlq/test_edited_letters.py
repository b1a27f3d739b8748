"""Letters written as a file and read back: byte for byte, and nothing where one line is bad."""

import base64
import json
import stat
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dlq.editing import edited_letters, save_letters
from core.errors import InputError, StorageError
from core.warehouse.model import StoredDeadLetter
from tests.support.decoding import ORDERS
from tests.support.events import event

RECEIVED = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=timezone(timedelta(hours=1)))


def letter(payload, *, number=1, key=b"key", headers=()):
    return StoredDeadLetter(
        event_id=f"source-0-{number}",
        stage="decode",
        reason="invalid_json",
        detail="why",
        topic="orders_topic",
        partition=0,
        offset=number,
        key=key,
        payload=payload,
        headers=headers,
        received_at=RECEIVED,
        replays=0,
    )


def saved(tmp_path, *letters):
    file = tmp_path / "letters.jsonl"
    save_letters(letters, file)
    return file, file.read_text(encoding="utf-8").splitlines()


def test_a_line_tells_everything_that_is_known_of_a_letter(tmp_path):
    headers = (("a", b"text"), ("b", b"\xff"), ("c", None))
    file, lines = saved(tmp_path, letter(b'{"x": 1.10}', headers=headers), letter(None, key=None))
    first, second = (json.loads(line) for line in lines)
    assert first == {
        "event_id": "source-0-1",
        "reason": "invalid_json",
        "detail": "why",
        "topic": "orders_topic",
        "partition": 0,
        "offset": 1,
        "received_at": "2026-01-02T02:04:05.678Z",
        "key": "key",
        "headers": [["a", "text"], ["b", {"base64": "/w=="}], ["c", None]],
        "payload": {"x": 1.1},
    }
    assert '"payload": {"x": 1.10}}' in lines[0]
    assert (second["key"], second["payload"]) == (None, None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file], "the draft is gone"
    assert file.read_text(encoding="utf-8").endswith("}\n")


@pytest.mark.parametrize(
    ("payload", "written"),
    [
        (b'{"a": NaN}', '"{\\"a\\": NaN}"'),
        (b'{"a": 1', '"{\\"a\\": 1"'),
        (b"[1]", '"[1]"'),
        (b'{"a":\n1}', '"{\\"a\\":\\n1}"'),
        (b'{"a":\t1}', '"{\\"a\\":\\t1}"'),
        (b'{"base64": "x"}', '"{\\"base64\\": \\"x\\"}"'),
        (b'{"base64": "x", "b": 1}', '{"base64": "x", "b": 1}'),
        (b'{"a": 1e400}', '{"a": 1e400}'),
        (b"{" * 100_000, json.dumps("{" * 100_000)),
        (
            b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
            json.dumps('{"a":' * 50_000 + "1" + "}" * 50_000),
        ),
        (b"\xff\xfe", '{"base64": "//4="}'),
        (b"", '""'),
        (None, "null"),
    ],
)
def test_a_payload_stands_as_it_is_only_where_that_means_the_same(tmp_path, payload, written):
    _file, (line,) = saved(tmp_path, letter(payload))
    assert line.endswith(f'"payload": {written}}}')


def test_what_was_saved_comes_back_as_it_was(tmp_path):
    letters = [letter(event(1), number=1), letter(event(2, quantity=3), number=2)]
    file, _lines = saved(tmp_path, *letters)
    back, gone = edited_letters(letters, file, ORDERS)
    assert (back, gone) == (letters, [])


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3))
def test_any_further_field_comes_back_byte_for_byte(tmp_path_factory, fields):
    folder = tmp_path_factory.mktemp("letters")
    extra = {f"x{name}": value for name, value in fields.items()}
    payload = json.dumps(json.loads(event(1)) | extra, ensure_ascii=False)
    one = letter(payload.encode(errors="surrogatepass"))
    file, _lines = saved(folder, one)
    (back,), _gone = edited_letters([one], file, ORDERS)
    assert back.payload == one.payload


def fixed(tmp_path, *lines, letters=None):
    file = tmp_path / "letters.jsonl"
    file.write_bytes(b"\n".join(lines))
    return edited_letters(letters or [letter(b"{"), letter(b"[", number=2)], file, ORDERS)


def line(payload, number=1):
    return b'{"event_id": "source-0-%d", "payload": %b}' % (number, payload)


def test_an_edited_payload_goes_out_as_it_stands_in_the_file(tmp_path):
    text = event(7).replace(b": ", b" :   ").replace(b"39.3", b"39.30")
    (one, two), gone = fixed(tmp_path, b"", line(text), b"  ", line(event(8), 2), b"")
    assert (one.payload, two.payload) == (text, event(8))
    assert (one.event_id, one.key, one.reason) == ("source-0-1", b"key", "invalid_json")
    assert gone == []


def test_an_edited_payload_may_be_a_string_or_bytes(tmp_path):
    written = json.dumps(event(7).decode()).encode()
    (one,), _gone = fixed(tmp_path, line(written))
    assert one.payload == event(7)
    written = json.dumps({"base64": base64.b64encode(event(9)).decode()}).encode()
    (one,), _gone = fixed(tmp_path, line(written))
    assert one.payload == event(9)


def test_a_letter_without_a_key_gets_the_id_of_its_order(tmp_path):
    (one,), _gone = fixed(tmp_path, line(event(7)), letters=[letter(b"{", key=None)])
    assert one.key == b"ORDER_000007"
    (one,), _gone = fixed(tmp_path, line(event(7)), letters=[letter(b"{", key=b"")])
    assert one.key == b""


def test_letters_that_wait_no_more_are_named(tmp_path):
    found, gone = fixed(tmp_path, line(b"[]", 9), line(event(1)), line(b"1", 8))
    assert [one.event_id for one in found] == ["source-0-1"]
    assert gone == ["source-0-9", "source-0-8"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([b"", b"{"], ":2: this is not a dead letter"),
        ([b'{"event_id": 1, "payload": {}}'], ":1: this is not a dead letter"),
        ([b'{"event_id": "source-0-1"}'], ":1: this is not a dead letter"),
        ([b"[" * 100_000], ":1: this is not a dead letter"),
        ([line(b"[" * 100_000 + b"]" * 100_000)], ":1: this is not a dead letter"),
        ([line(event(1)), line(event(2)[:-1] + b"]", 2)], ":2: this is not a dead letter"),
        ([line(event(1)), line(event(1))], ":2: this dead letter appears twice"),
        ([line(b'{"base64": "x"}')], ":1: the payload is not base64"),
        ([line(b'{"base64": "//4=!"}')], ":1: the payload is not base64"),
        ([line(b'{"base64": "//4="}')], ":1: the payload is still bad: invalid_utf8"),
        ([line(event(1)), line(event(2, quantity=0), 2)], ":2: the payload is still bad: out_of_r"),
        ([line(b'"\\ud800"')], ":1: this is not a dead letter"),
    ],
)
def test_one_bad_line_is_named_and_nothing_is_taken(tmp_path, lines, said):
    with pytest.raises(InputError) as caught:
        fixed(tmp_path, *lines)
    assert f"letters.jsonl{said}" in caught.value.message
    assert "nothing was published" in caught.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*gone\.jsonl") as caught:
        edited_letters([], tmp_path / "gone.jsonl", ORDERS)
    assert "--save" in caught.value.hint


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    with pytest.raises(StorageError, match=r"cannot write .*letters") as caught:
        save_letters([letter(b"{")], tmp_path / "none" / "letters.jsonl")
    assert caught.value.hint
    taken = tmp_path / "letters.jsonl"
    taken.mkdir()
    with pytest.raises(StorageError):
        save_letters([letter(b"{")], taken)
    assert list(tmp_path.iterdir()) == [taken]
