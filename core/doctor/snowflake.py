"""The Snowflake account: whether one gets in, as whom, with which compute, and who merges there."""

from dataclasses import replace

from core.doctor.model import DoctorContext, Finding, fail, ok, warn
from core.remedies import SET_UP
from core.text import _, clean
from core.warehouse.base import Warehouse
from core.warehouse.snowflake.procedure import is_outdated
from core.warehouse.snowflake.task import read_tasks


def open_snowflake(doctor: DoctorContext) -> Warehouse:
    """Log in, with the patience of a doctor. Errors: WarehouseError."""
    from core.warehouse.snowflake.warehouse import (  # noqa: PLC0415 - imports the connector
        SnowflakeWarehouse,
    )

    settings = replace(doctor.settings, timeout_s=doctor.patience_s)
    return SnowflakeWarehouse(settings, clock=doctor.clock)


def merge_procedure(doctor: DoctorContext, warehouse: Warehouse) -> Finding | None:
    """Return that the merge in Snowflake is not that of the folder any more; None where it is.

    Errors: WarehouseError.
    """
    if not is_outdated(warehouse, doctor.settings):
        return None
    told = _("the merge in Snowflake is not that of {name}: a default or its SQL has changed")
    return warn(
        "tables",
        told.format(name=clean(doctor.settings.pipeline.name, 80)),
        _("until then task and procedure merge as before"),
        (SET_UP,),
    )


def session(_visit: DoctorContext, warehouse: Warehouse) -> Finding:
    """Return what is to be known of the session. Errors: WarehouseError."""
    ((user, role, compute, version),) = warehouse.rows("session_facts")
    who = _("user {user}, role {role}, warehouse {warehouse}, Snowflake {version}").format(
        user=clean(user, 80),
        role=clean(role or "-", 80),
        warehouse=clean(compute or "-", 80),
        version=clean(version, 40),
    )
    if compute is None:
        return fail(
            "warehouse",
            _("{who}: the role may use no warehouse").format(who=who),
            _("SNOW_WAREHOUSE names one; the role needs USAGE on it: see docs/snowflake.md"),
        )
    if str(role).upper() == "ACCOUNTADMIN":
        return warn("warehouse", who, _("give the pipeline a role of its own: docs/snowflake.md"))
    for task in read_tasks(warehouse):
        if task.is_in_trouble:
            return warn("warehouse", task.line, _("after the cause is fixed"), (SET_UP,))
    return ok("warehouse", who)
