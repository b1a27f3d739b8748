"""Whether the merge procedure in Snowflake says what the pipeline's folder says today.

Its text holds the pipeline's SQL and the defaults of its definition as they were when `setup` ran.
"""

from core.config import Settings
from core.errors import WarehouseError
from core.warehouse.base import Warehouse
from core.warehouse.snowflake.identifiers import snowflake_identifiers
from core.warehouse.snowflake.scripts import script_statements

_SCRIPT = "04_stream_and_task"
_CREATES = "CREATE OR REPLACE PROCEDURE"
_QUOTE = "$$"


def is_outdated(warehouse: Warehouse, settings: Settings) -> bool:
    """Return whether `setup` would change what the procedure does; False where it is not seen.

    Errors: WarehouseError where the warehouse is away.
    """
    try:
        shown = warehouse.rows("merge_procedure_shown")
    except WarehouseError as error:
        if error.transient:
            raise
        return False  # none, or not for this role: then the client merges by the folder's own SQL
    bodies = [str(value) for name, value, *_rest in shown if str(name).lower() == "body"]
    return bool(bodies) and _bare(bodies[0]) != _bare(_wanted(settings))


def _wanted(settings: Settings) -> str:
    """Return the body that `setup` would give the procedure."""
    statements = script_statements(_SCRIPT, snowflake_identifiers(settings))
    (made,) = (one for one in statements if one.startswith(_CREATES))
    return made.split(_QUOTE)[1]


def _bare(body: str) -> list[str]:
    """Return a text line by line, without the space around, which an account need not keep."""
    return [line.strip() for line in body.splitlines() if line.strip()]
