"""An attached console asks the warehouse and the broker of the service itself."""

from core.operations.trace import Trace
from core.query.pages import Page
from core.warehouse.shared.holding import Holding
from tests.integration.service.test_server import attached, serving
from tests.support.sharing import payload
from tests.support.topic import publish
from tests.support.waiting import wait_until


def answer(asker):
    wait_until(lambda: not asker.latest.running)
    assert asker.latest.error == ""
    return asker.latest.result


def test_tables_sql_and_traces_come_through_the_socket_of_the_service(settings):
    with serving(settings) as (controller, _asked), attached(settings, read_only=True) as console:
        controller.start_consumer()
        servers = controller._broker.bootstrap_servers
        publish(servers, "orders_topic", [payload(0, number) for number in range(10)])
        wait_until(lambda: controller.snapshot().merge.total.taken >= 10)
        asking = console.asking
        asking.page(Page("orders"))
        assert len(answer(asking.rows).rows) == 10
        assert not isinstance(console._own.warehouse()._seat, Holding)
        asking.run("SELECT count(*) FROM orders", rows=10, seconds=10)
        assert answer(asking.sql).rows == ((10,),)
        asking.run("DELETE FROM orders", rows=10, seconds=10)
        wait_until(lambda: not asking.sql.latest.running)
        assert "DELETE" in asking.sql.latest.error
        asking.learn_names()
        assert "quantity" in answer(asking.names)["orders"]
        asking.trace("ORDER_000003")
        found = answer(asking.traces)
        assert isinstance(found, Trace)
        assert found.problems == ()
        assert (len(found.records), len(found.events.rows), len(found.row.rows)) == (1, 1, 1)
        asking.peek("orders_topic", "begin")
        page = answer(asking.peeks)
        assert (len(page.records), page.before, page.after) == (10, 0, 0)
        asking.peek("orders_topic", "end")
        wait_until(lambda: asking.peeks.latest.result.live)
        publish(servers, "orders_topic", [payload(0, 10)])
        wait_until(lambda: len(asking.peeks.latest.result.records) == 11)
        asking.peeks.cancel()
        wait_until(lambda: not asking.peeks.latest.running)
    assert not asking.rows._thread.is_alive()
