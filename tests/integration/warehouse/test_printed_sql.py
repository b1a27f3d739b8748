"""What `setup --print --json` shows can be run as it is."""

import duckdb

from core.config import Settings
from core.jobs import setup
from core.jobs.base import JobContext
from core.text import clean


def test_the_printed_statements_make_every_table(settings: Settings) -> None:
    shown = setup.run(JobContext(settings), setup.Options(print_sql=True)).fields()["statements"]
    assert isinstance(shown, list)
    connection = duckdb.connect()
    for statement in shown:
        assert clean(statement) == statement, "one harmless line, not cut"
        connection.execute(statement)
    tables = connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
    assert tables == (9,)
    connection.close()
