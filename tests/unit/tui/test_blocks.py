"""Blocks of lines: headings, columns, facts, and what stands for the rest."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tui.drawing import frame
from tui.styled_text import Span, line
from tui.views.blocks import Column, beside, facts, halves, rule, shortened, table

COUNT = st.integers(0, 30)


@given(st.integers(4, 200))
def test_halves_and_the_gap_between_them_are_the_whole(width):
    left, right = halves(width)
    whole = beside([line("x" * left)], [line("y" * right)], left)[0]
    assert whole.width == width
    assert right - left in {0, 1}


@given(COUNT, COUNT)
def test_blocks_side_by_side_are_as_high_as_the_higher_one(one, other):
    shown = beside([line("left")] * one, [line("right")] * other, 6)
    assert len(shown) == max(one, other)
    assert [entry.text for entry in shown[:1]] == (
        [] if not shown else [("left  " if one else "      ") + "   " + ("right" if other else "")]
    )


def test_a_left_block_that_is_too_wide_is_cut():
    assert beside([line("partition")], [line("lag")], 5)[0].text == "part…   lag"


def test_a_rule_fills_the_width_and_is_ascii_where_it_must_be():
    assert rule("lag", frame(12, 1)).text == "── lag ─────"
    assert rule("lag", frame(12, 1, ascii_only=True)).text == "-- lag -----"
    assert rule("partitions", frame(12, 1), 8).text == "── part…"


def test_a_table_keeps_its_columns_and_leaves_missing_cells_empty():
    columns = [Column("name", 6), Column("rows", 5, right=True)]
    shown = table(columns, [("orders", Span("5,000", "wait")), ("dead",)])
    assert [entry.text for entry in shown] == ["name    rows", "orders 5,000", "dead        "]
    assert shown[1].spans[1] == Span(" 5,000", "wait")
    assert len(table(columns, [], heading=False)) == 0


def test_facts_are_names_with_values_cut_to_the_width():
    shown = facts([("topic", "orders_topic"), ("failed", Span("7", "bad"))], 20, name_width=10)
    assert [entry.text for entry in shown] == ["topic     orders_to…", "failed    7         "]
    assert shown[1].spans[1].role == "bad"


@given(COUNT, st.integers(1, 30))
def test_what_was_left_out_is_counted(count, most):
    lines = [line(str(number)) for number in range(count)]
    shown = shortened(lines, most)
    assert len(shown) == min(count, most)
    if count > most:
        assert shown[:-1] == lines[: most - 1]
        assert shown[-1].text.strip() == f"{count - most + 1} more"
