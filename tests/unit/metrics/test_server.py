"""The metrics server: on loopback, for as long as the block lasts, and one line when it cannot."""

import socket
import threading
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.config import Settings
from core.consumer.snapshot import ConsumerSnapshot
from core.errors import UsageError
from core.metrics.meters import MetricsSnapshot
from core.metrics.server import serve_metrics
from tests.support.metrics import scrape


def serving(port=0, take=MetricsSnapshot):
    return serve_metrics(port, take, job="consume", settings=Settings())


def test_each_scrape_shows_the_moment_it_is_made():
    consumed = iter((5, 9))
    with serving(
        take=lambda: MetricsSnapshot(ConsumerSnapshot(topic="t", consumed=next(consumed)))
    ) as url:
        assert scrape(url)["dropship_consumed_records_total", (("topic", "t"),)] == 5
        assert scrape(url)["dropship_consumed_records_total", (("topic", "t"),)] == 9


@pytest.mark.threads_fail
def test_a_moment_that_cannot_be_read_is_said_in_log_and_answer(caplog, capfd):
    failing = iter((ValueError("boom"), None))

    def take() -> MetricsSnapshot:
        if (error := next(failing)) is not None:
            raise error
        return MetricsSnapshot()

    with serving(take=take) as url:
        told = scrape(url)
        assert (told["dropship_failed_threads", ()], len(told) > 1) == (1, True)
        assert scrape(url)["dropship_failed_threads", ()] == 0
    assert "thread metrics failed: boom" in caplog.text
    assert "Traceback" not in capfd.readouterr().err


def test_it_tells_what_runs_and_of_the_machine_only_this_process():
    with serving() as url:
        told = {name for name, _labels in scrape(url)}
        (info,) = [labels for name, labels in scrape(url) if name == "dropship_info"]
    assert dict(info)["command"] == "consume"
    assert dict(info)["warehouse"] == "duckdb"
    assert "process_cpu_seconds_total" in told
    assert {name for name in told if not name.startswith(("dropship_", "process_"))} == set()


def test_only_loopback_is_bound():
    with serving() as url:
        assert urlsplit(url).hostname == "127.0.0.1"
        port = urlsplit(url).port
        # Were every address bound, nobody else could take the port of another one.
        with socket.socket() as other:
            other.bind(("127.0.0.2", port))


def test_a_port_in_use_is_one_line():
    with serving() as url:
        port = urlsplit(url).port
        with pytest.raises(UsageError) as caught, serving(port):
            pytest.fail("the port was given away twice")
    assert caught.value.message == f"--metrics-port {port}: Address already in use"
    assert "0" in caught.value.hint


def test_afterwards_nothing_is_left():
    before = set(threading.enumerate())
    with serving() as url:
        scrape(url)
    assert set(threading.enumerate()) <= before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", urlsplit(url).port)) != 0


def test_a_scraper_that_hangs_holds_nothing_up():
    with serving() as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as mute:
            mute.sendall(b"GET /metrics HTTP/1.1\r\n")
            assert scrape(url)


def test_the_page_is_plain_prometheus_text():
    with serving() as url:
        address = urlsplit(url)
        client = HTTPConnection(address.hostname, address.port, timeout=10)
        client.request("GET", "/metrics")
        answer = client.getresponse()
        text = answer.read().decode()
        client.close()
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert list(text_string_to_metric_families(text))
