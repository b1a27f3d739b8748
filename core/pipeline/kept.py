"""Figures that a merge keeps in its own transaction, so that no read has to count all rows.

A folder has them where a KPI names a `kept` query. Then it also has this SQL, for each of its
warehouses:

    kept_tables   makes the tables of the figures
    kept_fill     fills those that are empty from the rows there are
    kept_empty    empties them
    kept_before   notes what a run takes away, before it writes rows
    kept_after    adds what it brings, after it wrote them
    kept_sound    tells whether the figures may stand for the rows, at next to no cost
    kept_batch    (Snowflake) makes the work table of kept_before, outside of the transaction
"""

KEPT_SQL = ("kept_tables", "kept_fill", "kept_empty", "kept_before", "kept_after", "kept_sound")
"""SQL that a pipeline has only where its merge keeps figures."""
