"""The statements that were run, kept for later."""

from core.query.history import QueryHistory


def test_statements_are_there_again_newest_last_each_once(tmp_path):
    file = tmp_path / "data" / "sql.jsonl"
    history = QueryHistory(file)
    for text in ("SELECT 1", "SELECT\n  'é'", " ", "SELECT 1 "):
        history.add(text)
    again = QueryHistory(file)
    assert list(again.statements) == ["SELECT\n  'é'", "SELECT 1"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_costs_its_lines_only(tmp_path):
    file = tmp_path / "sql.jsonl"
    file.write_text('"SELECT 1"\nnot json\n7\n"SELECT 2"\n')
    assert list(QueryHistory(file).statements) == ["SELECT 1", "SELECT 2"]


def test_a_folder_that_cannot_be_written_costs_the_memory_only(tmp_path):
    (tmp_path / "file").write_text("")
    history = QueryHistory(tmp_path / "file" / "sql.jsonl")
    history.add("SELECT 1")
    assert list(history.statements) == ["SELECT 1"]


def test_no_more_than_five_hundred_are_kept(tmp_path):
    file = tmp_path / "sql.jsonl"
    file.write_text("".join(f'"SELECT {number}"\n' for number in range(600)))
    history = QueryHistory(file)
    history.add("SELECT x")
    assert len(history.statements) == 500
    assert history.statements[0] == "SELECT 101"
