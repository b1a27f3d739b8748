"""Files of strangers: JSON lines and CSV, whatever parts the values."""

from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import InputError
from core.inference.file import FileSample, Layout
from core.progress import never_cancelled
from core.text import use_language


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def layout(tmp_path: Path, text: str | bytes) -> Layout:
    return sample(tmp_path, text).layout


def sample(tmp_path: Path, text: str | bytes, size: int = 10_000) -> FileSample:
    file = tmp_path / "records"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return FileSample(file, size)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "name", "price"], ["1", '"a;b,c"', "3"], ["2", "d", "4"]]
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    read = sample(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert (read.layout.format, read.layout.delimiter) == ("csv", delimiter)
    assert read.layout.header == ("id", "name", "price")
    events = [record.event for record in read.records(never_cancelled)]
    assert events == [
        {"id": "1", "name": "a;b,c", "price": "3"},
        {"id": "2", "name": "d", "price": "4"},
    ]


def test_a_decimal_comma_is_no_delimiter(tmp_path: Path) -> None:
    text = "id;prix;poids\n1;12,50;3,1\n2;3,00;4,7\n"
    assert layout(tmp_path, text).delimiter == ";"


def test_an_empty_value_is_none_and_a_dotted_name_lies_within(tmp_path: Path) -> None:
    read = sample(tmp_path, "order.id,order.note\n7,\n")
    (record,) = read.records(never_cancelled)
    assert record.event == {"order": {"id": "7", "note": None}}


def test_a_row_of_another_width_is_no_event_and_has_its_line(tmp_path: Path) -> None:
    read = sample(tmp_path, 'a,b\n1,"x\ny"\n1\n')
    records = list(read.records(never_cancelled))
    assert [record.event for record in records] == [{"a": "1", "b": "x\ny"}, None]
    assert records[1].where.endswith("records:4")


def test_lines_of_json_are_told_from_csv(tmp_path: Path) -> None:
    read = sample(tmp_path, '\n{"a": 1}\n\nnot json\n{"a": 2}')
    assert read.layout.format == "json"
    assert [record.value for record in read.records(never_cancelled)] == [
        b'{"a": 1}',
        b"not json",
        b'{"a": 2}',
    ]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b"", 1, "it is empty"),
        (b'[{"a": 1}]', 1, "it is one JSON list"),
        (b'{\n  "a": 1\n}\n', 1, "it is one JSON document over several lines"),
        (b"a,b\n1,\xe9\n", 2, "not UTF-8"),
        (b"a,,b\n1,2,3\n", 1, "a column of the header has no name"),
        (b"a,a\n1,2\n", 1, "a column of the header is there twice"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, text: bytes, line: int, reason: str
) -> None:
    with pytest.raises(InputError) as error:
        sample(tmp_path, text)
    assert error.value.message == f"{tmp_path}/records:{line}: {reason}"
    assert error.value.hint


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        FileSample(tmp_path / "none", 10)


def test_a_large_file_is_sampled_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    read = sample(tmp_path, "".join(f'{{"n": {n}}}\n' for n in range(10_000)), size=500)
    values = [record.value or b"" for record in read.records(never_cancelled)]
    places = [int(value[6:-1]) for value in values]
    assert len(places) >= 500
    assert places[0] == 0
    assert places[-1] > 9_900
    assert len({later - earlier for earlier, later in pairwise(places)}) == 1
