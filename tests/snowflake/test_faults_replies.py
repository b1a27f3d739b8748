"""Faults 3, 12 and 14: replies that are lost, sessions that end, uploads that are cut."""

import pytest

from tests.support.proxy import (
    LOGIN,
    RENEW,
    Proxy,
    answer,
    lose_reply,
    path_like,
    proxy_to,
    session_error,
    sql_like,
)
from tests.support.snowflake_flow import Flow

STORE = r"CALL \S+\.store_batch\("
OFFSETS = r"SELECT kafka_partition, next_offset"


@pytest.fixture
def flow(fake, dropship, schema):
    """Three thousand events on the topic, nothing of them stored yet."""
    with proxy_to(fake.port) as proxy:
        made = Flow(fake, proxy, dropship, schema)
        made.prepare()
        yield made


def statements(proxy: Proxy) -> list[str]:
    """The first words of the statements that came, without remarks."""
    lines = [
        [line for line in request.sql.splitlines() if not line.startswith("--")]
        for request in proxy.seen
    ]
    return [found[0] for found in lines if found]


def test_fault_03_a_lost_reply_to_a_stored_batch_stores_nothing_twice(flow):
    acked = flow.produce("--rate", "0")
    rule = flow.proxy.rule(sql_like(STORE), lose_reply, times=1)
    record = flow.consume().done()
    assert len(rule.hits) == 1
    # What became of the batch was read before anything was written again; and it was there.
    seen = statements(flow.proxy)
    stored = next(at for at, found in enumerate(seen) if ".store_batch(" in found)
    after = [found for found in seen[stored + 1 :] if "$ABORT_SESSION" not in found]
    # Once for that, once for the lag of the result.
    assert len(after) == 2
    assert all(read.startswith("SELECT kafka_partition, next_offset") for read in after)
    assert (record["consumed"], record["lag"], record["exit_code"]) == (acked, 0, 0)
    flow.check(acked)


def test_fault_03_a_request_that_got_lost_writes_the_batch_again(flow):
    acked = flow.produce("--rate", "0")
    rule = flow.proxy.rule(sql_like(STORE), lambda *_: None, times=2)
    record = flow.consume().done()
    assert len(rule.hits) == 2
    assert (record["inserted"], record["lag"]) == (acked, 0)
    flow.check(acked)


@pytest.mark.parametrize("statement", [STORE, OFFSETS])
def test_fault_12_an_expired_token_is_renewed(flow, statement):
    acked = flow.produce("--rate", "0")
    expired = session_error("390112", "Session token expired")
    rule = flow.proxy.rule(sql_like(statement), expired, times=1)
    assert flow.consume().done()["consumed"] == acked
    assert len(rule.hits) == 1
    flow.check(acked)


REFUSED = session_error("390114", "Authentication token has expired")
GARBAGE = answer(200, {"data": {}, "success": True})


@pytest.mark.parametrize(("statement", "refused"), [(STORE, REFUSED), (STORE, GARBAGE)])
def test_fault_12_a_session_that_is_gone_is_opened_anew(flow, statement, refused):
    acked = flow.produce("--rate", "0")
    gone = session_error("390112", "Session token expired")
    rule = flow.proxy.rule(sql_like(statement), gone, times=1)
    renewal = flow.proxy.rule(path_like(RENEW), refused)
    assert flow.consume().done()["consumed"] == acked
    assert len(rule.hits) == 1
    assert renewal.hits
    logins = [request for request in flow.proxy.seen if request.path.startswith(LOGIN)]
    assert len(logins) >= 2
    flow.check(acked)


def test_fault_14_an_upload_that_is_reset_half_way_is_repeated(flow):
    acked = flow.produce("--rate", "0")
    rule = flow.proxy.cut_upload(sql_like(STORE), times=2)
    record = flow.consume().done()
    assert len(rule.hits) == 2
    assert (record["inserted"], record["lag"]) == (acked, 0)
    flow.check(acked)
