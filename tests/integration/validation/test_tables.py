"""What stands in the tables: values, references, age, dead letters, columns."""

from datetime import timedelta

import pytest

from core.remedies import LOAD
from core.validation import Status
from tests.integration.validation.pipeline import NOW, RECEIVED, TOPIC, Pipeline
from tests.support.events import event


@pytest.mark.parametrize(
    ("change", "figure"),
    [
        ("customer_id = ' '", "null_ids"),
        ("unit_price = -0.01", "negative_prices"),
        ("quantity = 0", "invalid_quantities"),
    ],
)
def test_orders_that_make_no_sense_fail(pipeline: Pipeline, change: str, figure: str) -> None:
    pipeline.sql(f"UPDATE orders SET {change} WHERE id IN ('ORDER_000001', 'ORDER_000002')")
    check = pipeline.check("data_quality")
    assert check.status is Status.FAIL
    assert check.figures[figure] == 2
    assert check.figures["total_issues"] == 1
    assert [row["order_id"] for row in check.rows] == ["ORDER_000001", "ORDER_000002"]


@pytest.mark.parametrize(
    ("statement", "figure", "status"),
    [
        ("UPDATE inventory SET price = -1", "negative_prices", Status.FAIL),
        ("UPDATE inventory SET stock_quantity = -1", "negative_stock", Status.FAIL),
        ("UPDATE customers SET id = ''", "customers_missing_ids", Status.FAIL),
        ("UPDATE inventory SET id = ''", "inventory_missing_ids", Status.FAIL),
        (
            (
                "ALTER TABLE orders ALTER sold_at DROP NOT NULL;"
                "UPDATE orders SET sold_at = NULL WHERE id = 'ORDER_000001'"
            ),
            "orders_missing_values",
            Status.FAIL,
        ),
        ("UPDATE customers SET email = NULL", "customers_incomplete", Status.WARN),
        ("UPDATE inventory SET category = ''", "inventory_incomplete", Status.WARN),
        (
            "UPDATE orders SET unit_price = 10000.01 WHERE id = 'ORDER_000001'",
            "prices_above_max",
            Status.WARN,
        ),
        (
            "UPDATE orders SET quantity = 1001 WHERE id = 'ORDER_000001'",
            "quantities_above_max",
            Status.WARN,
        ),
        (
            "UPDATE orders SET sold_at = TIMESTAMP '2024-05-07 08:05:01' WHERE id = 'ORDER_000001'",
            "sold_in_future",
            Status.WARN,
        ),
    ],
)
def test_absent_impossible_and_unlikely_values(
    pipeline: Pipeline, statement: str, figure: str, status: Status
) -> None:
    pipeline.sql(statement)
    check = pipeline.check("nulls_and_ranges")
    assert check.status is status
    assert check.figures[figure] == 1
    assert figure in check.message
    assert len(check.rows) == 1


def test_limits_themselves_are_in_range(pipeline: Pipeline) -> None:
    pipeline.sql(
        "UPDATE orders SET unit_price = 10000, quantity = 1000,"
        " sold_at = TIMESTAMP '2024-05-07 08:05:00'"
    )
    assert pipeline.check("nulls_and_ranges").status is Status.PASS
    assert pipeline.check("nulls_and_ranges", price_max=9_999.5).status is Status.WARN


def test_an_empty_reference_table_is_nothing_to_check(pipeline: Pipeline) -> None:
    pipeline.sql("DELETE FROM inventory")
    check = pipeline.check("nulls_and_ranges")
    assert (check.status, check.message) == (
        Status.WARN,
        "nothing to check: no rows in inventory",
    )


def test_orphans_are_weighed_against_the_thresholds(pipeline: Pipeline) -> None:
    pipeline.consume([event(7, customer_id="CUST_999999"), event(8, product_id="PROD_999999")])
    pipeline.warehouse.merge()
    check = pipeline.check("referential_integrity")
    assert check.status is Status.FAIL
    assert (check.figures["orphans"], check.figures["orphan_fraction"]) == (2, 0.25)
    assert (check.figures["without_customer"], check.figures["without_product"]) == (1, 1)
    assert check.rows == (
        {"order_id": "ORDER_000007", "missing_customer": "CUST_999999", "missing_product": None},
        {"order_id": "ORDER_000008", "missing_customer": None, "missing_product": "PROD_999999"},
    )
    assert pipeline.check("referential_integrity", orphans_fail=0.25).status is Status.WARN
    mild = pipeline.check("referential_integrity", orphans_warn=0.25, orphans_fail=0.5)
    assert mild.status is Status.PASS


def test_reference_tables_never_loaded_are_named_as_the_cause(pipeline: Pipeline) -> None:
    pipeline.sql("DELETE FROM customers")
    check = pipeline.check("referential_integrity")
    assert check.status is Status.FAIL
    assert check.figures["orphans"] == 6
    assert check.remedies == (LOAD,)
    assert check.hint == "run `dropship --run load`"


def test_a_customer_that_stands_twice_does_not_double_its_orders(pipeline: Pipeline) -> None:
    pipeline.sql("INSERT INTO customers SELECT * FROM customers")
    assert pipeline.check("referential_integrity").figures["orders"] == 6


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(0), Status.PASS),
        (timedelta(hours=1), Status.PASS),
        (timedelta(hours=1, seconds=1), Status.WARN),
        (timedelta(days=1), Status.WARN),
        (timedelta(days=1, seconds=1), Status.FAIL),
    ],
)
def test_age_of_the_newest_order(pipeline: Pipeline, age: timedelta, status: Status) -> None:
    check = pipeline.check("freshness", now=RECEIVED + age)
    assert check.status is status
    assert check.figures["age_s"] == age.total_seconds()


def test_a_clock_that_went_back_gives_no_negative_age(pipeline: Pipeline) -> None:
    check = pipeline.check("freshness", now=RECEIVED - timedelta(days=1))
    assert (check.status, check.figures["age_s"]) == (Status.PASS, 0.0)


def test_dead_letters_are_a_fraction_of_the_records(pipeline: Pipeline) -> None:
    assert pipeline.check("dead_letters").status is Status.PASS
    pipeline.consume([event(7)], letters=2)
    pipeline.consume([event(8, quantity="many")])
    pipeline.warehouse.merge()
    check = pipeline.check("dead_letters")
    assert check.status is Status.FAIL
    assert (check.figures["records"], check.figures["dead_letters"]) == (10, 3)
    assert check.figures["fraction"] == 0.3
    assert check.figures["by_reason"] == {"cast": 1, "invalid_json": 2}
    assert {row["stage"] for row in check.rows} == {"decode", "merge"}
    assert pipeline.check("dead_letters", dead_letters_fail=0.3).status is Status.WARN
    mild = pipeline.check("dead_letters", dead_letters_warn=0.3, dead_letters_fail=0.5)
    assert mild.status is Status.PASS


def test_replayed_dead_letters_are_mended(pipeline: Pipeline) -> None:
    pipeline.consume([], letters=2)
    pipeline.warehouse.mark_replayed([TOPIC.event_id(0, 6)])
    check = pipeline.check("dead_letters")
    assert (check.figures["dead_letters"], check.figures["replayed"]) == (1, 1)
    pipeline.warehouse.mark_replayed([TOPIC.event_id(0, 7)])
    assert pipeline.check("dead_letters").status is Status.PASS


def test_hostile_text_is_harmless_in_rows_and_messages(pipeline: Pipeline) -> None:
    pipeline.consume([], letters=1, detail="<script>\x1b]52;c;aGk=\x07\u202egpj.exe")
    (row,) = pipeline.check("dead_letters").rows
    assert row["detail"] == "<script>\ufffd]52;c;aGk=\ufffd\ufffdgpj.exe"


@pytest.mark.parametrize(
    ("statement", "figure", "names"),
    [
        ("DROP TABLE inventory", "missing_tables", ["inventory"]),
        ("ALTER TABLE customers DROP COLUMN city", "missing_columns", ["customers.city"]),
        ("ALTER TABLE orders RENAME quantity TO amount", "missing_columns", ["orders.quantity"]),
        (
            "ALTER TABLE orders ALTER unit_price TYPE DOUBLE",
            "wrong_types",
            ["orders.unit_price"],
        ),
    ],
)
def test_schema_names_what_is_not_as_expected(
    pipeline: Pipeline, statement: str, figure: str, names: list[str]
) -> None:
    pipeline.sql(statement)
    check = pipeline.check("schema", now=NOW)
    assert check.status is Status.FAIL
    assert check.figures[figure] == names
    assert names[0] in check.message
    assert check.rows[0]["table"] == names[0].split(".")[0]


def test_columns_of_ones_own_are_no_fault(pipeline: Pipeline) -> None:
    pipeline.sql("ALTER TABLE orders ADD COLUMN remark VARCHAR")
    assert pipeline.check("schema").status is Status.PASS


def test_the_expected_schema_is_the_whole_of_what_setup_makes(fresh: Pipeline) -> None:
    cursor = fresh.warehouse._db.cursor()
    made = cursor.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'mon_schema' ORDER BY ALL"
    ).fetchall()
    expected = [(one.table, one.name, one.expected) for one in fresh.warehouse.columns()]
    assert sorted(expected) == made


def test_tables_of_another_schema_do_not_count(fresh: Pipeline) -> None:
    fresh.sql("CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.orders AS FROM mon_schema.orders")
    fresh.sql("DROP TABLE mon_schema.orders")
    assert fresh.check("schema").figures["missing_tables"] == ["orders"]
