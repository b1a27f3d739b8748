"""The replay of a file and the stream made up from the catalogue."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import InputError
from core.producer.opening import open_source
from core.producer.options import ProduceOptions
from core.producer.orders.encode import encode
from core.producer.orders.stream import Stream
from core.producer.sources import run_name
from tests.support.decoding import decode_batch
from tests.unit.producer.rows import HEADER, line


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    (tmp_path / "customers.csv").write_text(
        "id,name,email,city,country\n"
        + "".join(f"CUST_{n:06d},N,n{n}@example.fr,Lyon,France\n" for n in range(1, 201))
    )
    (tmp_path / "inventory.csv").write_text(
        "id,product_name,category,price,stock_quantity\n"
        + "".join(f"PROD_{n:06d},P,Mode,{n}.50,3\n" for n in range(1, 101))
    )
    return tmp_path


class StillClock(SystemClock):
    """Runs that start at the same moment."""

    def now(self) -> datetime:
        return datetime(2024, 5, 31, 12, 30, tzinfo=UTC)


def nothing(_row: object) -> None:
    pass


def test_a_replay_gives_the_rows_in_turn_and_tells_the_rejected(tmp_path: Path) -> None:
    lines = [line(1), line(2), b"broken", line(3)]
    (tmp_path / "orders.csv").write_bytes(b"\n".join((HEADER, *lines)))
    told: list[object] = []
    source = open_source(ProduceOptions(input=tmp_path), SystemClock(), told.append)
    first = source.take(2)
    assert first is not None
    assert first.column(0).to_pylist() == ["ORDER_000001", "ORDER_000002"]
    rest = source.take(2)
    assert rest is not None
    assert rest.column(0).to_pylist() == ["ORDER_000003"]
    assert source.take(2) is None
    assert len(told) == 1
    source.close()


def test_the_share_of_a_replay_follows_what_was_taken_not_what_was_read_ahead(
    tmp_path: Path,
) -> None:
    (tmp_path / "orders.csv").write_bytes(b"\n".join((HEADER, *map(line, range(1, 101)))))
    source = open_source(ProduceOptions(input=tmp_path), SystemClock(), nothing)
    shares = []
    while source.take(10) is not None:
        shares.append(source.fraction)
    assert shares[0] == pytest.approx(0.1, abs=0.02)
    assert shares[4] == pytest.approx(0.5, abs=0.02)
    assert shares[-1] == 1
    source.close()


def test_a_limit_ends_either_source(tmp_path: Path, catalogue: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(b"\n".join((HEADER, line(1), line(2), line(3))))
    for options in (
        ProduceOptions(input=tmp_path, limit=2),
        ProduceOptions(input=catalogue, mode="stream", limit=2),
    ):
        source = open_source(options, SystemClock(), nothing)
        taken = source.take(10)
        assert taken is not None
        assert taken.num_rows == 2
        assert source.fraction == 1
        assert source.take(10) is None
        source.close()


def test_streamed_orders_are_good_events_sold_now_at_the_price_of_the_catalogue(
    catalogue: Path,
) -> None:
    before = datetime.now(UTC)
    drawn = Stream(catalogue, SystemClock(), None).take(5_000)
    _keys, values = encode(drawn, "2024-05-31T12:30:00.000Z")
    assert decode_batch(values).rejected == []
    events = [json.loads(value)["order"] for value in values]
    for order in events[:200]:
        assert order["unit_price"] == int(order["product_id"][-6:]) + 0.5
        sold = datetime.fromisoformat(order["sold_at"])
        assert abs((sold - before).total_seconds()) < 5
    assert {order["quantity"] for order in events} == {1, 2, 3, 4, 5}
    shares = Counter(order["product_id"] for order in events).most_common()
    assert shares[0][1] > 5 * shares[-1][1]


def test_stream_ids_are_unique_within_and_across_runs(catalogue: Path) -> None:
    first, second = (Stream(catalogue, StillClock(), 1) for _run in range(2))
    ids = [
        name
        for stream in (first, first, second)
        for name in stream.take(1_000).column(0).to_pylist()
    ]
    assert len(set(ids)) == 3_000
    assert all(name.startswith("STREAM_") for name in ids)


def test_a_seed_repeats_the_choices_but_not_the_ids(catalogue: Path) -> None:
    one, two = (Stream(catalogue, SystemClock(), 5).take(50) for _run in range(2))
    assert one.column(1).equals(two.column(1))
    assert not one.column(0).equals(two.column(0))


def test_a_catalogue_with_ids_that_json_would_have_to_escape_is_refused(catalogue: Path) -> None:
    (catalogue / "customers.csv").write_text(
        'id,name,email,city,country\n"CUST""1",N,n@example.fr,Lyon,France\n'
    )
    with pytest.raises(InputError, match="CUST"):
        Stream(catalogue, SystemClock(), None)


def test_run_names_are_utc_and_never_the_same() -> None:
    moment = datetime.fromisoformat("2024-05-31T23:30:00-02:00")
    assert run_name(moment).startswith("20240601T013000_")
    assert len({run_name(moment) for _run in range(100)}) == 100
