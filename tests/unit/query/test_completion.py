"""What may follow in a statement that is being written."""

from core.query.completion import complete

TABLES = {
    "orders": ("id", "product_id", "quantity"),
    "orders_events": ("event_id", "payload"),
    "customers": ("id", "name"),
}


def choices(text: str) -> tuple[str, ...]:
    return complete(text, TABLES).choices


def test_after_from_come_tables():
    assert choices("SELECT * FROM ") == ("customers", "orders", "orders_events")
    assert choices("SELECT * FROM orders_") == ("orders_events",)
    assert choices("select 1 from orders join cu") == ("customers",)


def test_after_the_name_of_a_table_or_what_it_is_called_come_its_columns():
    assert choices("SELECT orders.") == ("id", "product_id", "quantity")
    assert choices("SELECT * FROM orders AS o WHERE o.q") == ("quantity",)
    assert choices("SELECT * FROM customers c WHERE c.") == ("id", "name")
    assert choices("SELECT x.") == ()


def test_columns_of_named_tables_come_before_words_of_the_language():
    assert choices("SELECT * FROM orders WHERE qu")[0] == "quantity"
    assert "WHERE" in choices("SELECT * FROM orders wh")
    assert choices("SELECT * FROM orders WHERE ") == ()


def test_nothing_is_offered_within_a_text_and_what_is_there_already_is_not():
    assert choices("SELECT 'or") == ()
    assert choices("SELECT * FROM customers") == ()


def test_the_word_before_the_cursor_is_what_is_replaced():
    found = complete("SELECT * FROM orders WHERE orders.qu", TABLES)
    assert found.start == len("SELECT * FROM orders WHERE orders.")
