"""The same events into DuckDB and, through the real connector, into Snowflake: the same everywhere.

What differs is none of it allowed: orders, runs, dead letters with every byte, KPIs and checks are
compared row by row. Payloads are those of the fuzzed decoder tests, faults of every kind included.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from core.clock import naive_utc
from core.config import Paths, Settings, Thresholds
from core.config.load import load_settings
from core.errors import FencedError, InputError
from core.kpis.read import read_kpis
from core.operations.inspect import dead_letters, inspect, letters_of
from core.pipeline import builtin
from core.pipeline.reference_csv import read_reference
from core.query.letters import LetterOrder, Narrowing, Sort, matching_ids, read_desk
from core.validation import ValidationResult, validate
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.engine_parity import TOPIC, EngineParity, StillClock
from tests.support.events import event
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.snowflake_flow import make_tables
from tests.unit.consumer.odd_payloads import random_payload

CUSTOMERS = "id,name,email,city,country\n"
INVENTORY = "id,product_name,category,price,stock_quantity\n"


@pytest.fixture
def engines(fake: FakeSnowflake, schema: str, tmp_path: Path) -> Iterator[EngineParity]:
    """Two empty warehouses."""
    clock = StillClock()
    # The procedure of the merge has a clock of its own; test_procedure.py compares it.
    environ = fake.environ(schema) | {"SNOW_TRANSFORM": "client"}
    settings = replace(load_settings(environ=environ), timeout_s=5.0)
    duck = DuckDbWarehouse(Settings(paths=Paths(data=tmp_path)), clock=clock)
    snow = SnowflakeWarehouse(settings, clock=clock)
    make_tables(snow)
    yield EngineParity(duck, snow, clock)
    snow.close()
    duck.close()


def orders_at_random(chance: random.Random, count: int) -> list[bytes]:
    """Good events of few orders in many versions, some of them the same."""
    return [
        event(
            chance.randint(1, 40),
            timestamp=f"2026-01-05T0{chance.randint(0, 9)}:00:00.{chance.randint(0, 999_999):06}Z",
            quantity=chance.randint(1, 1_000_000),
            unit_price=chance.choice([0, 0.01, 19.9, 99_999_999.99]),
            sold_at=f"2024-02-{chance.randint(27, 29)}T12:00:00{chance.choice(['Z', '+05:30'])}",
            product_id=f"PROD_{chance.randint(1, 9):06}",
        )
        for _number in range(count)
    ]


def spoiled_at_random(chance: random.Random, count: int) -> list[bytes]:
    """Payloads of which about half are faulty, of few orders."""
    return [
        random_payload(chance).replace(
            b"ORDER_000001", f"ORDER_{chance.randint(1, 30):06}".encode()
        )
        for _number in range(count)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_orders_runs_and_dead_letters_are_the_same(engines: EngineParity, seed: int) -> None:
    chance = random.Random(seed)
    for batch in range(6):
        payloads: list[bytes | None] = [
            *orders_at_random(chance, 40),
            *spoiled_at_random(chance, 150),
            *(b"", None, b"\xff\xfe", b"{", b"[" * 100_000, b'"' + b"x" * 70_000 + b'"'),
        ]
        chance.shuffle(payloads)
        headers = [("trace", bytes(range(256))), ("é\ud800", None)]
        engines.consume(
            payloads, partition=batch % 3, gap=batch % 2, key=b"\x00key\xff", headers=headers
        )
        if batch % 2:
            engines.merge()
    assert len(engines.rows("all_events")) > 300
    assert len(engines.rows("all_dead_letters")) > 200
    assert len(engines.rows("all_orders")) >= 40
    assert len(engines.rows("all_runs")) == 3
    engines.rows("coordinates")
    assert engines.same("inspect_offsets")
    assert engines.same("inspect_gaps", [10])


def test_versions_of_one_moment_and_offset_are_told_apart_alike(engines: EngineParity) -> None:
    """Two partitions have the same offsets: what came first must not matter."""
    for partition, quantities in enumerate([(5, 3), (2, 8), (9, 1)]):
        engines.consume(
            [event(1, quantity=quantities[0]), event(2, quantity=quantities[1])],
            partition=partition,
        )
        if partition:
            engines.merge()
    by_order = {row[0]: row[3] for row in engines.rows("all_orders")}
    assert by_order == {"ORDER_000001": 9, "ORDER_000002": 8}


def test_events_that_do_not_cast_are_quarantined_alike(engines: EngineParity) -> None:
    payloads = [
        event(1),
        event(2, quantity="many"),
        event(3, unit_price="1e12"),
        event(4, sold_at="yesterday"),
        event(5, id=""),
        event(6, timestamp="2024-13-01T00:00:00Z", product_id=None),
        event(7, unit_price="12.345"),
        b'{"event_type": "order_created"}',
        b'{"event_type": "order_created", "order": {"id": ["x"]}, "timestamp": 5}',
    ]
    engines.store(
        RawBatch(
            TOPIC,
            engines.clock.moment,
            [0] * len(payloads),
            list(range(len(payloads))),
            payloads,
            [],
            [OffsetAdvance(0, 0, len(payloads))],
        )
    )
    engines.merge()
    details = {row[0]: row[3] for row in engines.rows("all_dead_letters")}
    assert details[TOPIC.event_id(0, 1)] == "quantity"
    assert details[TOPIC.event_id(0, 5)] == "product_id, timestamp"
    assert [row[0] for row in engines.rows("all_orders")] == ["ORDER_000001", "ORDER_000007"]
    engines.merge()
    assert len(engines.rows("all_runs")) == 1


def test_a_large_batch_goes_by_a_file_and_is_the_same(engines: EngineParity) -> None:
    filler = 'é\u2028\\"\n' * 500
    payloads: list[bytes | None] = [event(number, note=filler) for number in range(1, 1_501)]
    payloads[7] = json.dumps(json.loads(event(8)), indent=1).encode()
    payloads[11] = b'{"event_type":\n'
    assert sum(len(payload or b"") for payload in payloads) > 4_000_000
    engines.consume(payloads)
    huge = DeadLetter(1, 0, "too_large", "why", None, bytes(range(256)) * 8_000, ())
    engines.store(
        RawBatch(TOPIC, engines.clock.moment, [], [], [], [huge], [OffsetAdvance(1, 0, 1)])
    )
    engines.merge()
    assert len(engines.rows("all_events")) == 1_499
    assert len(engines.rows("all_orders")) == 1_499
    sizes = [len(row[9]) for row in engines.rows("all_dead_letters")]  # type: ignore[arg-type]
    assert sizes == [15, 2_048_000]


def test_reference_tables_are_the_same_however_often_loaded(
    engines: EngineParity, tmp_path: Path
) -> None:
    customers, inventory = tmp_path / "customers.csv", tmp_path / "inventory.csv"
    customers.write_text(CUSTOMERS + 'C1,"Élise ""L"", \U0001f600",e@x.fr,Paris,France\nC2,,,,\n')
    inventory.write_text(INVENTORY + "P1,Jupe,Robes,99999999.99,0\nP2,Veste,Vestes,0.10,7\n")
    for _time in range(2):
        for warehouse in engines.both:
            assert (
                warehouse.load_table(
                    "customers", read_reference(builtin(), "customers", customers.parent)
                )
                == 2
            )
            assert (
                warehouse.load_table(
                    "inventory", read_reference(builtin(), "inventory", inventory.parent)
                )
                == 2
            )
    inventory.write_text(INVENTORY + "P2,Veste,Vestes,12.30,9\nP3,Gant,Gants,5,1\n")
    for warehouse in engines.both:
        assert (
            warehouse.load_table(
                "inventory", read_reference(builtin(), "inventory", inventory.parent)
            )
            == 3
        )
    assert engines.rows("all_customers")[1] == ("C2", None, None, None, None)
    assert [row[3] for row in engines.rows("all_inventory")] == [
        Decimal("99999999.99"),
        Decimal("12.30"),
        5,
    ]
    inventory.write_text(INVENTORY + "P2,Veste,Vestes,12.345,9\n")
    for warehouse in engines.both:
        with pytest.raises(InputError, match="line 2"):
            warehouse.load_table(
                "inventory", read_reference(builtin(), "inventory", inventory.parent)
            )
    assert len(engines.rows("all_inventory")) == 3


def checked(result: ValidationResult) -> dict[str, object]:
    """What a validation found, without times taken, and without what each proves in its own way."""
    return {
        check.name: (check.status, check.message, check.figures, check.rows)
        for check in result.checks
        if check.name not in {"schema", "content"}
    }


def test_kpis_checks_and_views_are_the_same(engines: EngineParity, tmp_path: Path) -> None:
    chance = random.Random(7)
    customers, inventory = tmp_path / "customers.csv", tmp_path / "inventory.csv"
    customers.write_text(CUSTOMERS + "CUST_000001,Léa,l@x.fr,Lyon,France\n")
    rows = [f"PROD_{n:06},Article {n},Catégorie {n % 3},{n}.50,{n}\n" for n in range(1, 7)]
    inventory.write_text(INVENTORY + "".join(rows))
    for warehouse in engines.both:
        warehouse.load_table("customers", read_reference(builtin(), "customers", customers.parent))
        warehouse.load_table("inventory", read_reference(builtin(), "inventory", inventory.parent))
    engines.consume([*orders_at_random(chance, 120), b"{", None])
    engines.merge()
    engines.consume([*orders_at_random(chance, 30), *spoiled_at_random(chance, 30)], gap=2)
    now = engines.clock.moment + timedelta(minutes=5)
    for as_of in (None, now):
        first, second = (
            read_kpis(warehouse, builtin().definition.kpis, as_of=as_of, days=7)
            for warehouse in engines.both
        )
        assert first == second
    assert first.value("total_orders") == 38
    assert all(part.rows for part in first.parts)
    limits = Thresholds.model_validate({"quantity_max": 500_000})
    for _time in range(2):
        results = [validate(each, limits, now=now, broker_view=None) for each in engines.both]
        assert checked(results[0]) == checked(results[1])
    for result in results:
        assert {check.status.name for check in result.checks} <= {"PASS", "WARN", "FAIL"}
        by_name = {check.name: check for check in result.checks}
        assert by_name["schema"].status.name == by_name["content"].status.name == "PASS"
        assert by_name["content"].figures["without_checksum"] == 0
    views = [inspect(warehouse, Settings()) for warehouse in engines.both]
    assert views[0].backlog == views[1].backlog > 0
    assert views[0].offsets == views[1].offsets
    assert views[0].gaps == views[1].gaps
    names = [[(table.name, table.rows) for table in view.tables] for view in views]
    assert names[0] == names[1]


def test_dead_letters_are_listed_and_replayed_alike(engines: EngineParity) -> None:
    letters = [b"{", b"\x00\xff" * 50_000, b"", b"[]"]
    engines.consume(letters, key=b"k", headers=[("h", b"\xff"), ("h", None)])
    lists = [warehouse.dead_letters() for warehouse in engines.both]
    assert lists[0] == lists[1]
    assert [letter.payload for letter in lists[0]] == letters[::-1]
    reasons = [warehouse.dead_letters(reason="invalid_json", limit=1) for warehouse in engines.both]
    assert reasons[0] == reasons[1]
    cut = [dead_letters(warehouse, 3) for warehouse in engines.both]
    assert cut[0] == cut[1]
    assert max(len(listed.letter.payload or b"") for listed in cut[0].letters) == 65_536
    ids = [letter.event_id for letter in lists[0][:2]]
    whole = [list(letters_of(warehouse, ids)) for warehouse in engines.both]
    assert whole[0] == whole[1]
    for warehouse in engines.both:
        warehouse.mark_replayed(ids)
    assert engines.duck.dead_letters() == engines.snow.dead_letters()
    assert len(engines.snow.dead_letters()) == 2
    engines.rows("all_dead_letters")


def test_the_desk_of_dead_letters_is_the_same(engines: EngineParity) -> None:
    engines.consume([b"{", b'{"n": "\xc3\x89t\xc3\xa9 22"}', b"\xff22", None, b"[]"])
    now = engines.clock.moment
    narrowings = [
        Narrowing(),
        Narrowing(reason="invalid_json"),
        Narrowing(topic="none"),
        Narrowing(partition=0, since=now - timedelta(hours=1), until=now + timedelta(hours=1)),
        Narrowing(words="ÉTÉ 22"),
        Narrowing(dismissed=True),
    ]
    for _round in range(3):
        for narrowing in narrowings:
            duck, snow = (read_desk(one, narrowing, 0, now) for one in engines.both)
            assert duck == snow
        for sort in get_args(Sort):
            for descending in (False, True):
                order = LetterOrder(sort, descending)
                pages = [read_desk(one, Narrowing(), 0, now, order=order) for one in engines.both]
                assert pages[0] == pages[1]
        both = [matching_ids(one, Narrowing(), most=2) for one in engines.both]
        assert both[0] == both[1]
        for one, ids in zip(engines.both, both, strict=True):
            one.execute("dismiss_letters", [naive_utc(now), "ann", "known 'é'", list(ids)])
    assert read_desk(engines.snow, Narrowing(dismissed=True), 0, now).page[0].why == "known 'é'"
    assert read_desk(engines.snow, Narrowing(), 0, now).dismissed == 5
    ids = list(matching_ids(engines.duck, Narrowing(dismissed=True)))
    for one in engines.both:
        assert one.rows("letters_counted", [1, ids]) == [(5,)]
        one.execute("restore_letters", [ids[:3]])
    assert [len(read_desk(one, Narrowing(), 0, now).page) for one in engines.both] == [3, 3]


def test_a_fenced_batch_leaves_nothing_in_either(engines: EngineParity) -> None:
    batch = engines.consume([event(1), event(2), b"{"])
    for warehouse in engines.both:
        with pytest.raises(FencedError):
            warehouse.write_batch(batch)
        assert warehouse.stored_offsets(TOPIC) == {0: 3}
        assert warehouse.register_partitions(TOPIC, {0: 99, 4: 5}) == {0: 3, 4: 5}
    assert len(engines.rows("coordinates")) == 3


@pytest.mark.parametrize("size", [10, 5_000_000])
def test_an_event_that_snowflake_cannot_hold_becomes_a_dead_letter(
    engines: EngineParity, size: int
) -> None:
    broken = b'{"order": {"id": "' + b"\xc3\xa9" * 5 + b'", '
    payloads = [event(1), broken, event(2, note="x" * 40_000)] + [
        event(number, note="x" * 40_000) for number in range(3, 3 + size // 40_000)
    ]
    count = len(payloads)
    engines.snow.register_partitions(TOPIC, {0: 0})
    engines.snow.write_batch(
        RawBatch(
            TOPIC,
            engines.clock.moment,
            [0] * count,
            list(range(count)),
            payloads,
            [],
            [OffsetAdvance(0, 0, count)],
        )
    )
    (letter,) = engines.snow.dead_letters()
    assert (letter.offset, letter.reason, letter.payload) == (1, "invalid_json", broken)
    assert engines.snow.stored_offsets(TOPIC) == {0: count}
    assert engines.snow.merge().inserted == count - 1


def test_a_procedure_that_cannot_be_called_is_replaced_by_its_statements(
    engines: EngineParity,
) -> None:
    engines.consume([event(1), event(2)])
    snow = engines.snow
    snow._wanted = "auto"  # type: ignore[attr-defined]
    snow._procedure = True  # type: ignore[attr-defined]
    snow._sessions.mine().run(  # type: ignore[attr-defined]
        f"DROP PROCEDURE IF EXISTS {snow._identifiers.schema}.merge_orders()"  # type: ignore[attr-defined]
    )
    engines.merge()
    assert snow._procedure is False  # type: ignore[attr-defined]
    assert len(engines.rows("all_orders")) == 2
