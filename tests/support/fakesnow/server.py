"""A Snowflake for tests: fakesnow behind the protocol that the connector of dropship speaks.

Runs in an environment of its own (see `environment.py`) and never in that of the tests. What
fakesnow lacks and Snowflake has is added here, so that the product is written for Snowflake alone:
the reply to a login, tokens that can be renewed, the end of a session that was abandoned, locks,
rights, streams, tasks, procedures, types and errors. Prints its port, then serves until its
standard input is closed.
"""

import asyncio
import gzip
import json
import logging
import os
import re
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import duckdb
import fakesnow.arrow as to_arrow
import fakesnow.cursor as cursors
import fakesnow.server as fake
import locks
import merges
import parameters
import pyarrow as pa
import rights
import stages
import temporaries
import uvicorn
from fakesnow import copy_into, macros
from procedures import Procedures
from retries import Answers
from sessions import Sessions, drop_conflicting
from snowflake.connector import errors
from sqlglot import exp
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streams import Streams
from tasks import Tasks

ACCEPTED = (
    r"\s*(CREATE|ALTER|DROP|GRANT|REVOKE)\s+(OR\s+REPLACE\s+)?(WAREHOUSE|TASK|ALERT|ROLE|USER|PROCEDURE)\b",
    r"\s*CREATE\s+NOTIFICATION\s+INTEGRATION\b",
    r"\s*(GRANT|REVOKE)\b",
    r"\s*ALTER\s+SESSION\b",
    r"\s*USE\s+(ROLE|WAREHOUSE|SECONDARY)\b",
)
"""Statements about objects that do not exist here: they succeed and do nothing."""

_ABORT = re.compile(r"^\s*SELECT SYSTEM\$(ABORT_SESSION|CANCEL_ALL_QUERIES)\((\d+)\)\s*$")

_CONFLICT = re.compile(r"conflict|but another transaction has", re.IGNORECASE)
"""What DuckDB says to a transaction that lost against another one, over rows or over a table."""

FACTS = {"CURRENTROLE": "A_ROLE", "CURRENTWAREHOUSE": "A_WAREHOUSE", "CURRENTUSER": "A_USER"}
"""What every session is told of itself."""

SESSIONS = Sessions()
STREAMS = Streams()
PROCEDURES = Procedures()
TASKS = Tasks()


async def login(request: Request) -> JSONResponse:
    """Add to fakesnow's reply what connectors from 5 on insist on; refuse the user `nobody`."""
    body = await request.body()
    plain = gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body
    if json.loads(plain)["data"].get("LOGIN_NAME", "").lower() == "nobody":
        said = "Incorrect username or password was specified."
        refused = {"success": False, "code": "390100", "message": said, "data": {}}
        return JSONResponse(refused)
    reply = json.loads((await fake.login_request(request)).body)
    data = reply["data"]
    asked, session = json.loads(plain)["data"], fake.sessions[data["token"]]
    session.user_name = asked.get("LOGIN_NAME", "").lower()
    session.parameters = asked.get("SESSION_PARAMETERS", {})
    master, number = SESSIONS.opened(data["token"])
    data.update(
        masterToken=master,
        sessionId=number,
        validityInSeconds=3600,
        masterValidityInSeconds=14400,
    )
    return JSONResponse(reply)


async def query(request: Request) -> JSONResponse:
    """Answer what ends sessions and statements, which fakesnow does not know; leave it the rest."""
    body = await request.body()
    plain = gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body
    if (found := _ABORT.search(json.loads(plain)["sqlText"])) is not None:
        if found[1] == "ABORT_SESSION":
            SESSIONS.abort(int(found[2]), fake.sessions)
        else:
            SESSIONS.cancel(int(found[2]), fake.sessions)
        column = {"name": "DONE", "type": "text", "nullable": True, "length": 64, "byteLength": 256}
        told = {
            "rowtype": [{**column, "scale": None, "precision": None, "collation": None}],
            "rowset": [["done."]],
            "total": 1,
            "queryResultFormat": "json",
        }
        return JSONResponse({"data": told, "success": True})
    return await fake.query_request(request)


async def leave(request: Request) -> JSONResponse:
    """Roll back what a session has open when its client logs out, as Snowflake does."""
    if request.query_params.get("delete"):
        SESSIONS.left(fake.to_token(request), fake.sessions)
    return await fake.session(request)


async def renew(request: Request) -> JSONResponse:
    """Give a session another token, as Snowflake does for one that expired: same session."""
    master = fake.to_token(request)
    token = SESSIONS.renewed(master, fake.sessions)
    if token is None:
        return JSONResponse({"success": False, "code": "390114", "message": "log in", "data": None})
    data = {
        "sessionToken": token,
        "masterToken": master,
        "validityInSecondsST": 3600,
        "validityInSecondsMT": 14400,
        "sessionId": 1,
    }
    return JSONResponse({"success": True, "data": data})


def stage_info(request: Request, expression: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Add the fields of an upload that connectors from 5 on insist on."""
    reply = fake_stage_info(request, expression, data)
    data["overwrite"] = True  # fakesnow does not look at OVERWRITE; a signed address must agree
    reply.update(
        region="",
        path=reply["location"],
        isClientSideEncrypted=False,
        endPoint=None,
        storageAccount=None,
        useS3RegionalUrl=False,
    )
    return reply


fake_stage_info = fake.gcs_stage_info


def absent_times(
    times: Any, original: Callable[[Any], Any] = to_arrow.timestamp_to_sf_struct
) -> Any:
    """Keep a NULL time NULL: fakesnow makes 1970 of it."""
    made = original(times)
    plain = times.combine_chunks() if isinstance(times, pa.ChunkedArray) else times
    if not plain.null_count:
        return made
    parts = [made.field(i).fill_null(0) for i in range(made.type.num_fields)]
    return pa.StructArray.from_arrays(parts, fields=list(made.type), mask=plain.is_null())


def staged_json(select: Any) -> Any:
    """Let `$1` stand for the JSON of a line, as in a COPY of Snowflake; fakesnow knows Parquet."""
    for dollar in list(select.find_all(exp.Parameter)):
        dollar.replace(exp.column("json"))
    return select


def execute(
    self: Any,
    transformed: Any,
    params: Any = None,
    original: Callable[..., None] = cursors.FakeSnowflakeCursor._execute,
) -> None:
    """Tell a failed statement as Snowflake does, by an error of SQL; fakesnow answers HTTP 500."""
    try:
        original(self, transformed, params)
    except duckdb.Error as error:
        told = str(error).split("\n", 1)[0]
        if _CONFLICT.search(told) is None:
            raise errors.ProgrammingError(msg=told, errno=100038, sqlstate="22000") from error
        # Snowflake waits for the lock and gives up after LOCK_TIMEOUT; here one is told at once.
        drop_conflicting(fake.sessions, self._conn)
        raise errors.ProgrammingError(msg=told, errno=625, sqlstate="57014") from error


def transformed(
    self: Any,
    expression: Any,
    params: Any,
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor._transform,
) -> Any:
    """Fix what DuckDB takes otherwise: a day minus BIGINT, and SUBSTR of bytes."""
    made = original(self, expression, params)
    for part in list(made.find_all(exp.Substring)):
        if part.this.name.upper() in {"MESSAGE_KEY", "PAYLOAD"}:
            cells = [part.this, part.args["start"], part.args["length"]]
            part.replace(exp.Anonymous(this="ARRAY_SLICE", expressions=cells))
    for difference in made.find_all(exp.Sub):
        days = difference.expression
        if isinstance(days, exp.Cast) and days.to.this == exp.DataType.Type.BIGINT:
            days.set("to", exp.DataType.build("INT"))
    return made


def more_macros(database: str, original: Callable[[str], str] = macros.creation_sql) -> str:
    """Add functions that fakesnow does not know."""
    return f"""{original(database)};
    CREATE OR REPLACE MACRO {database}.main.TRY_TO_TIMESTAMP_TZ(said) AS
        TRY_CAST(said AS TIMESTAMPTZ);
    CREATE OR REPLACE MACRO {database}.main.TRY_HEX_DECODE_STRING(said) AS
        TRY(decode(unhex(said)));
    """


def session_facts(
    expression: exp.Expr,
    original: Callable[[exp.Expr], exp.Expr] = cursors.transforms.current_version,
) -> exp.Expr:
    """Answer who is asking; fakesnow knows neither role nor warehouse."""
    name = expression.name if isinstance(expression, exp.Anonymous) else type(expression).__name__
    fact = FACTS.get(name.upper().replace("_", ""))
    return original(expression) if fact is None else exp.Literal.string(fact)


def prepare() -> None:
    """Put the additions in place."""
    warnings.simplefilter("ignore")
    for name in ("fakesnow.server", "sqlglot"):
        logging.getLogger(name).setLevel(logging.ERROR)
    fake.shared_fs.nop_regexes = list(ACCEPTED)
    fake.gcs_stage_info = stage_info
    to_arrow.timestamp_to_sf_struct = absent_times
    cursors.FakeSnowflakeCursor._execute = execute
    # Sums and means of exact numbers are exact on Snowflake; fakesnow makes them FLOAT.
    cursors.transforms.numeric_agg_implicit_cast = lambda expression: expression
    copy_into._strip_json_extract = staged_json
    cursors.FakeSnowflakeCursor._transform = transformed
    macros.creation_sql = more_macros
    merges.install()
    temporaries.install()
    cursors.transforms.current_version = session_facts
    STREAMS.install()
    locks.install(fake.sessions)
    TASKS.install()
    PROCEDURES.install()
    parameters.install()
    stages.install()
    rights.install()
    own = [
        Route("/session/v1/login-request", login, methods=["POST"]),
        Route("/session/token-request", renew, methods=["POST"]),
        Route("/session", leave, methods=["POST"]),
        Route("/queries/v1/query-request", query, methods=["POST"]),
        Route("/queries/v1/query-request", Answers(fake.query_request).once, methods=["POST"]),
    ]
    fake.app.router.routes[:] = [*own, *fake.app.router.routes]


def end_with_parent() -> None:
    """End once standard input closes, however the parent ended."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Serve on a free port of loopback and print its number."""
    prepare()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(fake.app, log_level="error", lifespan="off", timeout_keep_alive=600)
    )
    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    asyncio.run(server.serve(sockets=[listening]))


if __name__ == "__main__":
    sys.exit(main())
