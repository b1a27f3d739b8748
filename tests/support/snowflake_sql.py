"""What Snowflake refuses or takes differently than meant, found in SQL before it gets there.

The fake Snowflake of the tests is kinder than the real one: it runs most of what stands below.
Each rule returns a line for every fault of one statement. sqlglot parses the statements; what it
takes whole (tasks, streams, roles) has to have one of the shapes of COMMANDS.
"""

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import SqlglotError

from core.pipeline.folder import builtin
from core.warehouse.fragments import included
from core.warehouse.snowflake.scripts import split_statements

logging.getLogger("sqlglot").setLevel(logging.ERROR)

SQL = Path("sql")
FILLED = {
    "schema": '"A_BASE"."A_SCHEMA"',
    "database": '"A_BASE"',
    "warehouse": '"A_WAREHOUSE"',
    "worker_user": '"A_USER"',
    "worker_role": '"A_WORKER"',
    "owner_role": '"AN_OWNER"',
    "reader_role": '"A_READER"',
    "schema_text": "'A_SCHEMA'",
    "database_text": "'A_BASE'",
    "version": "0.0.0",
    "topic_text": "'topic'",
    "source_text": "'source'",
    "cluster_text": "'cluster'",
    "generation_text": "'generation'",
    "file": "batch.ndjson.gz",
    "events": "orders_events",
    "rows": "orders",
    "versions": "orders",
    "key": "id",
    "key_path": "order.id",
    "deleted_key_path": "order.id",
    "task": "a_task",
    "now": "SYSDATE()",
    "content": '"A_BASE"."A_SCHEMA".a_table',
    "task_interval_s": "60",
    "error_integration": '"AN_INTEGRATION"',
    "mail_to_text": "'a@example.com, b@example.com'",
    "columns": '"ID", "QUANTITY"',
    "table": "orders",
    "where": """WHERE CAST("ID" AS VARCHAR) IN ('x')""",
    "order": 'ORDER BY "ID" ASC NULLS LAST',
    "most": "201",
    "skipped": "0",
}
"""What each placeholder becomes for the parser."""

OTHER_SCRIPTS = (
    "06_validation_queries",
    "07_account_policies",
    "08_renew_stream",
    "09_compute_choices",
    "90_teardown",
)
"""For people only; never run by `setup`."""


def named_sql(name: str) -> str:
    """Return the SQL of a name that a file includes."""
    return builtin().sql("snowflake", name)


def snowflake_files() -> list[Path]:
    """Return every file of SQL that Snowflake may be given."""
    folders = [SQL / "connector", SQL / "engine" / "fragments"]
    for pipeline in ("engine", "orders"):
        folders += [SQL / pipeline / name for name in ("snowflake", "shared")]
    return sorted(file for folder in folders for file in folder.glob("*.sql"))


_NAME = r'(?:(?:"\w+"|\w+)\.){0,2}(?:"\w+"|\w+)'
_SETTINGS = r"(?:\s+\w+\s*=\s*(?:'(?:[^']|'')*'|\"\w+\"|\w+))*"
_LISTS = r"(?:\s+\w+\s*=\s*(?:'[^']*'|\('[^']*'\)|\w+))*"
_TRIGGERS = r"\s+TRIGGERS(?:\s+ON \d+ PERCENT DO (?:NOTIFY|SUSPEND|SUSPEND_IMMEDIATE))+"
_MAIL = r"SYSTEM\$SEND_EMAIL\((?:\s*'[^']*',){3}\s*'[^']*'\s*\)"
_TRIGGER = rf"WHEN SYSTEM\$STREAM_HAS_DATA\('{_NAME}'\)"
_RIGHTS = r"(?:SELECT|MONITOR|OPERATE)(?:, (?:SELECT|MONITOR|OPERATE))*"
COMMANDS = tuple(
    re.compile(shape, re.DOTALL)
    for shape in (
        rf"CREATE ROLE IF NOT EXISTS {_NAME}{_SETTINGS}",
        rf"CREATE USER IF NOT EXISTS {_NAME}{_SETTINGS}",
        rf"CREATE STREAM IF NOT EXISTS {_NAME}\s+ON TABLE {_NAME}{_SETTINGS}",
        rf"CREATE TASK IF NOT EXISTS {_NAME}{_SETTINGS}\s+{_TRIGGER}\s+AS CALL {_NAME}\(\)",
        rf"CREATE TASK IF NOT EXISTS {_NAME}{_SETTINGS}\s+AS DELETE FROM .*",
        rf"ALTER TASK IF EXISTS {_NAME} (?:RESUME|SUSPEND)",
        rf"CREATE NOTIFICATION INTEGRATION IF NOT EXISTS {_NAME}{_SETTINGS}",
        rf"CREATE OR REPLACE ALERT {_NAME}{_SETTINGS}\s+IF \(EXISTS \(.*\)\)\s+THEN CALL {_MAIL}",
        rf"ALTER ALERT {_NAME} RESUME",
        rf"GRANT EXECUTE (?:MANAGED )?ALERT ON ACCOUNT TO ROLE {_NAME}",
        rf"GRANT DATABASE ROLE SNOWFLAKE\.ALERT_VIEWER TO ROLE {_NAME}",
        rf"GRANT USAGE ON INTEGRATION {_NAME} TO ROLE {_NAME}",
        rf"ALTER TASK IF EXISTS {_NAME} UNSET WAREHOUSE",
        rf"ALTER TASK IF EXISTS {_NAME} SET{_SETTINGS}",
        rf"CREATE OR REPLACE STREAM {_NAME}\s+ON TABLE {_NAME}{_SETTINGS}",
        rf"ALTER (?:USER|WAREHOUSE) {_NAME} SET{_SETTINGS}",
        rf"ALTER USER {_NAME} SET AUTHENTICATION POLICY {_NAME}",
        rf"CREATE RESOURCE MONITOR IF NOT EXISTS {_NAME} WITH{_SETTINGS}{_TRIGGERS}",
        rf"CREATE NETWORK (?:RULE|POLICY) IF NOT EXISTS {_NAME}{_LISTS}",
        rf"CREATE AUTHENTICATION POLICY IF NOT EXISTS {_NAME}{_LISTS}",
        rf"ALTER SCHEMA {_NAME} ENABLE MANAGED ACCESS",
        rf"GRANT EXECUTE MANAGED TASK ON ACCOUNT TO ROLE {_NAME}",
        rf"ALTER TABLE {_NAME} CLUSTER BY \(.*\)",
        rf"ALTER TASK {_NAME} (?:RESUME|SUSPEND)",
        rf"ALTER TASK {_NAME} SET{_SETTINGS}(?:,{_SETTINGS})*",
        rf"EXECUTE TASK {_NAME}",
        r"EXECUTE IMMEDIATE :\w+",
        rf"CALL {_NAME}\((?:\?(?:, \?)*)?\)",
        rf"DROP (?:ALERT|TASK|USER|ROLE|STREAM|PROCEDURE) IF EXISTS {_NAME}(?:\([A-Z,\s]*\))?",
        rf"SHOW (?:TASKS|STREAMS)(?: LIKE '\w+')? IN SCHEMA {_NAME}",
        r"SHOW LOCKS",
        rf"LIST @{_NAME}",
        rf"REMOVE @{_NAME}/[\w.]+",
        rf"ALTER SESSION SET{_SETTINGS}",
        rf"GRANT ROLE {_NAME} TO (?:ROLE|USER) {_NAME}",
        rf"GRANT EXECUTE TASK ON ACCOUNT TO ROLE {_NAME}",
        rf"GRANT {_RIGHTS} ON (?:STREAM|TASK) {_NAME} TO ROLE {_NAME}",
    )
)
"""The statements that sqlglot does not take apart, and how they may look."""

_CLOCKS = (
    exp.CurrentTimestamp,
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentDatetime,
    exp.Localtimestamp,
)
_WORDS = """
ACCOUNT ALL ALTER AND ANY AS ASC BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONNECTION
CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER
DATABASE DELETE DESC DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP
GSCLUSTER HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS ISSUE JOIN LATERAL LEFT
LIKE LOCALTIME LOCALTIMESTAMP MINUS NATURAL NOT NULL OF ON OR ORDER ORGANIZATION QUALIFY
REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SCHEMA SELECT SET SOME START TABLE TABLESAMPLE
THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES VIEW WHEN WHENEVER WHERE
WINDOW WITH
"""
RESERVED = frozenset(_WORDS.split())
"""https://docs.snowflake.com/en/sql-reference/reserved-keywords: no name of a column, a table or an
alias without quotes, whether strictly reserved or only in some places."""
_FLOATS = {exp.DataType.Type.FLOAT, exp.DataType.Type.DOUBLE}
_MONEY = re.compile(r"price|revenue|amount|total_spent", re.IGNORECASE)
_TO_NUMBER = re.compile(r"(?:TRY_)?TO_(?:DECIMAL|NUMBER|NUMERIC)", re.IGNORECASE)
_VARIANTS = {"PAYLOAD"}
_BLOCK_WORD = re.compile(
    r"^(?:--[^\n]*\n|BEGIN(?=\s+(?!TRANSACTION))|IF \(.*?\) THEN|ELSE)\s*", re.DOTALL
)
_NOT_SQL = re.compile(r"END(?: IF)?|RETURN\b.*|RAISE|\w+ := .*|EXCEPTION\b.*", re.DOTALL)


def filled(text: str) -> str:
    """Return a file with its placeholders filled. Errors: KeyError for one that is unknown."""
    text = re.sub(r"\{default_[a-z0-9_]+\}", "NULL", included(text, named_sql))
    return re.sub(r"\{([a-z_]+)\}", lambda found: FILLED[found[1]], text)


def faults_of_file(file: Path) -> list[str]:
    """Return every fault of a file, each with the start of its statement."""
    raw = file.read_text(encoding="utf-8")
    found = [f"{word} is a name of one installation" for word in configured_names(raw)]
    for statement in split_statements(filled(raw)):
        where = " ".join(statement.split())[:60]
        found += [f"{where}: {fault}" for fault in faults_of_statement(statement)]
    return found


def configured_names(raw: str) -> list[str]:
    """Return default names of the configuration that stand where a placeholder belongs."""
    return re.findall(r"\b(?:mon_schema|ma_base|mon_entrepot|dropship_\w+)\b", raw, re.IGNORECASE)


def faults_of_statement(statement: str) -> list[str]:
    """Return every fault of one statement, and of those inside a procedure's body."""
    found = [fault for rule in TOKEN_RULES for fault in rule(statement)]
    try:
        (tree,) = sqlglot.parse(without_into(_without_grants(statement)), dialect="snowflake")
    except (SqlglotError, ValueError) as error:
        return found or [f"cannot be parsed: {str(error).splitlines()[0]}"]
    if tree is None:
        return found
    if isinstance(tree, exp.Command):
        known = any(shape.fullmatch(statement) for shape in COMMANDS)
        return found if known else [*found, "is taken whole by the parser and has no known shape"]
    found += [fault for rule in TREE_RULES for fault in rule(tree)]
    body = body_statements(statement)
    found += definition_in_transaction(body)
    for inner in body:
        found += faults_of_statement(inner)
    return found


def body_statements(statement: str) -> list[str]:
    """Return the SQL inside the $$ body of a procedure, without its assignments and branches."""
    body = re.search(r"\$\$.*?(?=^BEGIN$)(.*)\$\$", statement, re.DOTALL | re.MULTILINE)
    if body is None:
        return []
    found = []
    for part in split_statements(body[1]):
        while (shorter := _BLOCK_WORD.sub("", part, count=1).strip()) != part:
            part = shorter  # noqa: PLW2901 - one block may open several
        if not _NOT_SQL.fullmatch(part):
            found.append(part)
    return found


def definition_in_transaction(body: list[str]) -> Iterator[str]:
    """CREATE, ALTER and DROP commit what is open, and the rest would be no transaction any more."""
    if "BEGIN TRANSACTION" not in body or "COMMIT" not in body:
        return
    last = len(body) - body[::-1].index("COMMIT")
    for statement in body[body.index("BEGIN TRANSACTION") : last]:
        if re.match(r"(?:CREATE|ALTER|DROP|TRUNCATE)\b", statement):
            yield f"{statement[:30]}... ends the transaction it stands in"


def _without_grants(statement: str) -> str:
    """Return a procedure's definition without COPY GRANTS, which sqlglot does not know there."""
    return re.sub(r"\)\s+COPY GRANTS\s+RETURNS\b", ") RETURNS", statement, count=1)


def without_into(statement: str) -> str:
    """Return a statement without the variables that a script selects into."""
    return re.sub(r"\bINTO\s+:\w+(?:\s*,\s*:\w+)*", "", statement)


def _tokens(statement: str) -> list[Token]:
    return sqlglot.tokenize(re.sub(r"\$\$.*\$\$", "''", statement, flags=re.DOTALL), "snowflake")


def cast_of_a_bind(statement: str) -> Iterator[str]:
    """`?::TYPE` is no SQL for a bind; CAST(? AS TYPE) is."""
    for token in _tokens(statement):
        if token.token_type == TokenType.QDCOLON:
            yield "?::TYPE does not bind; write CAST(? AS TYPE)"


def decimal_without_scale(statement: str) -> Iterator[str]:
    """TO_DECIMAL(x) and TO_DECIMAL(x, 10) round to whole numbers, in silence."""
    tokens = _tokens(statement)
    for at, token in enumerate(tokens):
        if _TO_NUMBER.fullmatch(token.text) and _arguments(tokens, at + 1) < 3:
            yield f"{token.text} without precision and scale rounds to whole numbers"


def _arguments(tokens: list[Token], at: int) -> int:
    """Return how many arguments stand in the parentheses that open at a place."""
    depth, count = 0, 1
    for token in tokens[at:]:
        depth += token.token_type in {TokenType.L_PAREN, TokenType.L_BRACKET}
        depth -= token.token_type in {TokenType.R_PAREN, TokenType.R_BRACKET}
        if depth == 0:
            break
        count += depth == 1 and token.token_type == TokenType.COMMA
    return count


def variant_by_values(tree: exp.Expr) -> Iterator[str]:
    """VALUES takes constants only: no PARSE_JSON, and a string does not become a VARIANT."""
    for values in tree.find_all(exp.Values):
        if any(values.find_all(exp.ParseJSON, exp.Anonymous)):
            yield "VALUES takes no function such as PARSE_JSON; insert from a SELECT"
    for insert in tree.find_all(exp.Insert):
        columns = insert.this.expressions if isinstance(insert.this, exp.Schema) else []
        given = {column.name.upper() for column in columns}
        table = insert.this.this if isinstance(insert.this, exp.Schema) else insert.this
        variant = table.name.upper() == "ORDERS_EVENTS" and (not given or given & _VARIANTS)
        if isinstance(insert.expression, exp.Values) and variant:
            yield "a VARIANT cannot be inserted by VALUES; insert PARSE_JSON from a SELECT"


def merge_of_unreduced(tree: exp.Expr) -> Iterator[str]:
    """Two source rows for one target are an error, or insert twice: the source has one a key."""
    for merge in tree.find_all(exp.Merge):
        source = merge.args["using"]
        query = source.this if isinstance(source, exp.Subquery) else None
        single = _single_by(query) if isinstance(query, exp.Select) else set()
        if not single or not single <= _join_keys(merge):
            yield "MERGE needs a source with one row a key: QUALIFY ROW_NUMBER() ... = 1, GROUP BY"


def _join_keys(merge: exp.Merge) -> set[str]:
    """Return the source's columns that ON compares."""
    alias = merge.args["using"].alias_or_name.upper()
    return {
        column.name.upper()
        for column in merge.args["on"].find_all(exp.Column)
        if column.table.upper() == alias
    }


def _single_by(query: exp.Select) -> set[str]:
    """Return the columns by which the query has one row each; none where nothing shows that."""
    group, qualify = query.args.get("group"), query.args.get("qualify")
    named = {part.unalias(): part.alias_or_name for part in query.expressions}
    if group is not None:
        return {named.get(part, part.name).upper() for part in group.expressions}
    if qualify is None:
        return _single_by_parts(query)
    if not isinstance(qualify.this, exp.EQ):
        return set()
    window, one = qualify.this.this, qualify.this.expression
    numbered = isinstance(window, exp.Window) and isinstance(window.this, exp.RowNumber)
    if not numbered or one.name != "1" or window.args.get("order") is None:
        return set()
    return {named.get(part, part.name).upper() for part in window.args["partition_by"]}


def _single_by_parts(query: exp.Select) -> set[str]:
    """Return the columns by which queries that a query joins have one row each, all of them."""
    joins = query.args.get("joins") or []
    parts = [query.find(exp.From), *joins]
    if not joins or not all(part and isinstance(part.this, exp.Subquery) for part in parts):
        return set()
    single = [_single_by(part.this.this) for part in parts if part]
    return single[0] if single[0] and all(one == single[0] for one in single) else set()


def local_time(tree: exp.Expr) -> Iterator[str]:
    """The clock functions answer in the session's time zone; SYSDATE() answers in UTC."""
    for clock in tree.find_all(*_CLOCKS):
        zone = clock.find_ancestor(exp.ConvertTimezone)
        utc = zone is not None and zone.args["target_tz"].name.upper() == "UTC"
        if not utc and not clock.args.get("sysdate"):
            yield f"{clock.sql('snowflake')} is local time; bind UTC, or SYSDATE()"


def select_star(tree: exp.Expr) -> Iterator[str]:
    """A column added to a table would shift every row that a `*` returns."""
    for star in tree.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            yield "SELECT * depends on the columns of the day"


def trusted_key(tree: exp.Expr) -> Iterator[str]:
    """Snowflake does not enforce keys of ordinary tables, so nothing may rely on one."""
    kinds = (exp.PrimaryKey, exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint)
    if any(tree.find_all(*kinds, exp.OnConflict, exp.ForeignKey)):
        yield "keys are not enforced, so none may stand there as if they were"


def unqualified_table(tree: exp.Expr) -> Iterator[str]:
    """A table is found by the configured, quoted schema; not by what the session happens to use."""
    if isinstance(tree, exp.Create) and tree.kind == "WAREHOUSE" and not tree.this.quoted:
        yield f"{tree.this.name} is configured and has to be quoted"
    known = {cte.alias_or_name.upper() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and not _qualified(table, known):
            yield f"{table.sql('snowflake')} is not qualified by a quoted schema"


def _qualified(table: exp.Table, known: set[str]) -> bool:
    parent = table.parent
    if isinstance(parent, exp.Use) or table.name.upper() in known:
        return True
    if isinstance(parent, exp.Grant) and parent.args.get("kind") is None:
        return table.name.upper() == "ACCOUNT"
    database, catalog = table.args.get("db"), table.args.get("catalog")
    if isinstance(parent, (exp.Create, exp.Drop, exp.Grant)) and database is None:
        return bool(table.this.quoted)
    if catalog is not None and database is not None:
        return bool(catalog.quoted) and (database.quoted or database.name == "INFORMATION_SCHEMA")
    return database is not None and bool(database.quoted)


def float_money(tree: exp.Expr) -> Iterator[str]:
    """Money is exact: no column of it is a float, and no sum of it passes through one."""
    for column in tree.find_all(exp.ColumnDef):
        if _MONEY.search(column.name) and column.kind and column.kind.this in _FLOATS:
            yield f"{column.name} is money and no float"
    for cast in tree.find_all(exp.Cast, exp.ToDouble):
        target = cast.args.get("to")
        to_float = target is None or target.this in _FLOATS
        money = [column.name for column in cast.find_all(exp.Column) if _MONEY.search(column.name)]
        if to_float and money:
            yield f"{money[0]} is money and passes through a float"


def time_of_no_kind(tree: exp.Expr) -> Iterator[str]:
    """What TIMESTAMP is depends on a setting of the account; a column says which one it means."""
    for column in tree.find_all(exp.ColumnDef):
        if column.kind and column.kind.this == exp.DataType.Type.TIMESTAMP:
            yield f"{column.name}: TIMESTAMP may be any of three types; write TIMESTAMP_NTZ"


def reserved_word(tree: exp.Expr) -> Iterator[str]:
    """A reserved word may be taken for what it is reserved for, or for nothing."""
    for name in tree.find_all(exp.Identifier):
        whole_account = isinstance(name.parent, exp.Table) and name.find_ancestor(exp.Grant)
        if not name.quoted and name.name.upper() in RESERVED and not whole_account:
            yield f"{name.name} is a reserved word"


def derived_catalogue_filter(tree: exp.Expr) -> Iterator[str]:
    """A filter over an expression makes INFORMATION_SCHEMA gather every schema of the database."""
    for select in tree.find_all(exp.Select):
        tables = [table.args.get("db") for table in select.find_all(exp.Table)]
        where = select.args.get("where")
        if where and any(db is not None and db.name == "INFORMATION_SCHEMA" for db in tables):
            for _made in where.find_all(exp.Concat, exp.DPipe):
                yield "INFORMATION_SCHEMA is filtered by plain columns, not by an expression"


def answer_of_another(tree: exp.Expr) -> Iterator[str]:
    """After a reconnection the last query is another's; and reading it wakes the warehouse."""
    for call in tree.find_all(exp.Anonymous):
        if call.name.upper() in {"RESULT_SCAN", "LAST_QUERY_ID"}:
            yield f"{call.name} depends on the session; read the rows of SHOW themselves"


def ordered_numbers(statement: str) -> Iterator[str]:
    """Numbers in order make inserts of several sessions wait for each other."""
    for found in re.finditer(r"\bAUTOINCREMENT\b[^,]*", statement):
        if not re.search(r"\bNOORDER\b", found[0]):
            yield "AUTOINCREMENT needs NOORDER"


TOKEN_RULES: tuple[Callable[[str], Iterator[str]], ...] = (
    cast_of_a_bind,
    decimal_without_scale,
    ordered_numbers,
)
TREE_RULES: tuple[Callable[[exp.Expr], Iterator[str]], ...] = (
    variant_by_values,
    merge_of_unreduced,
    local_time,
    select_star,
    trusted_key,
    unqualified_table,
    float_money,
    time_of_no_kind,
    reserved_word,
    derived_catalogue_filter,
    answer_of_another,
)
