"""A worker died between its UPDATE of the offsets and its COMMIT; or two claims came at once."""

import pytest

from tests.support.proxy import answer, proxy_to, sql_like
from tests.support.snowflake_flow import Flow

FENCE = r"UPDATE \S+\.consumer_offsets"
LOCKED = {
    "data": {"errorCode": "000625", "sqlState": "57014"},
    "code": "000625",
    "message": "Lock wait timed out: another transaction holds the lock.",
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
    flow.proxy.rule(sql_like(FENCE), answer(200, LOCKED), times=1)
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


def test_a_partition_that_two_first_claims_entered_twice_passes_the_fence_again(flow):
    acked = flow.produce("--rate", "0")
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        identity = cluster.identity("orders_topic")
        starts = dict.fromkeys(cluster.watermarks("orders_topic"), 0)
        warehouse.claim(identity, starts)
        table = f"{warehouse._names.schema}.consumer_offsets"
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
