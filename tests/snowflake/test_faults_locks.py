"""Somebody left a lock on the offsets; batches leave none; or two claims came at once."""

import pytest

from core.broker.identity import TopicIdentity
from core.warehouse.snowflake.fence import end_abandoned
from tests.support.proxy import answer, proxy_to, sql_like
from tests.support.snowflake_flow import Flow

STORE = r"CALL \S+\.store_batch\("
LOCKED = {
    "data": {"errorCode": "000625", "sqlState": "57014"},
    "code": "000625",
    "message": "Uncaught exception of type 'STATEMENT_ERROR' on line 99 at position 4 : Lock wait "
    "timed out: another transaction holds the lock.",
    "success": False,
}


def rows(names: list[str], *found: list[str]) -> dict[str, object]:
    """A reply as Snowflake sends it: columns of text, and rows."""
    column = {"type": "text", "nullable": True, "length": 64, "byteLength": 256}
    told = {
        "rowtype": [
            {"name": name, **column, "scale": None, "precision": None, "collation": None}
            for name in names
        ],
        "rowset": list(found),
        "total": len(found),
        "queryResultFormat": "json",
    }
    return {"data": told, "success": True}


@pytest.fixture
def flow(fake, dropship, schema):
    with proxy_to(fake.port) as proxy:
        made = Flow(fake, proxy, dropship, schema)
        made.prepare()
        yield made


def test_a_lock_that_a_dead_worker_left_is_ended_and_the_batch_stored_once(flow):
    acked = flow.produce("--rate", "0")
    flow.proxy.rule(sql_like(STORE), answer(200, LOCKED), times=1)
    held = ["MA_BASE.X.CONSUMER_OFFSETS", "PARTITIONS", "4711", "HOLDING"]
    waiting = ["MA_BASE.X.CONSUMER_OFFSETS", "PARTITIONS", "4712", "WAITING"]
    shown = rows(["resource", "type", "transaction", "status"], held, waiting)
    looks = flow.proxy.rule(sql_like(r"SHOW LOCKS"), answer(200, shown))
    ended = flow.proxy.rule(
        sql_like(r"SYSTEM\$ABORT_TRANSACTION"), answer(200, rows(["DONE"], ["done"]))
    )
    record = flow.consume().done()
    assert len(looks.hits) == 2
    assert [request.sql for request in ended.hits] == ["SELECT SYSTEM$ABORT_TRANSACTION(4711)"]
    assert (record["consumed"], record["lag"], record["exit_code"]) == (acked, 0, 0)
    flow.check(acked)


def test_no_lock_is_held_when_the_server_has_answered(flow):
    acked = flow.produce("--rate", "0", "--poison", "0.02")
    held: list[dict[str, object]] = []
    with flow.warehouse() as warehouse:
        session = warehouse._sessions.mine()

        def look(request, send):
            reply = send(request)
            held.extend(session.shown("SHOW LOCKS"))
            return reply

        rule = flow.proxy.rule(sql_like("."), look)
        record = flow.consume("--quiet").done()
    assert (record["consumed"], record["lag"]) == (acked, 0)
    assert [lock for lock in held if str(lock["resource"]).startswith(flow.place)] == []
    assert any("store_batch" in request.sql for request in rule.hits)
    flow.check(acked)


def test_an_open_transaction_of_somebody_is_shown_and_can_be_ended(flow):
    with flow.warehouse() as one, flow.warehouse() as two:
        table = f"{one._identifiers.schema}.consumer_offsets"
        identity = TopicIdentity("c", "t", "0")
        one.register_partitions(identity, {0: 0})
        session = one._sessions.mine()
        session.run("BEGIN TRANSACTION")
        session.run(f"UPDATE {table} SET skipped = 1 WHERE source_id = ?", [identity.source_id])
        ended = end_abandoned(
            two._sessions.mine(), two._sql, flow.place + "CONSUMER_OFFSETS", lambda _seconds: False
        )
        assert ended == 1
        ((skipped,),) = two._sessions.mine().run(
            f"SELECT skipped FROM {table} WHERE source_id = ?", [identity.source_id]
        )
        assert skipped == 0


def test_a_partition_that_two_first_claims_entered_twice_passes_the_fence_again(flow):
    acked = flow.produce("--rate", "0")
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        identity = cluster.identity("orders_topic")
        starts = dict.fromkeys(cluster.watermarks("orders_topic"), 0)
        warehouse.register_partitions(identity, starts)
        table = f"{warehouse._identifiers.schema}.consumer_offsets"
        columns = (
            "source_id, cluster_id, topic, topic_generation, kafka_partition, start_offset, "
            "next_offset, skipped, updated_at"
        )
        warehouse._sessions.mine().run(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"
        )
    record = flow.consume().done()
    assert (record["consumed"], record["lag"], record["exit_code"]) == (acked, 0, 0)
    flow.check(acked)
