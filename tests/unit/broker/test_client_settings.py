"""Settings of the clients that latency hangs on."""

from core.broker.cluster import Cluster


def test_only_the_embedded_broker_is_asked_often_as_it_answers_no_sooner_when_records_come() -> (
    None
):
    waits = [
        Cluster("127.0.0.1:1", embedded_id=id_).consumer_config("group")["fetch.wait.max.ms"]
        for id_ in ("embedded", None)
    ]
    assert waits == [10, 50]


def test_a_setting_of_the_user_stands_above_ours() -> None:
    cluster = Cluster("127.0.0.1:1", embedded_id="e", extra={"fetch.wait.max.ms": "7"})
    assert cluster.consumer_config("group")["fetch.wait.max.ms"] == "7"


def test_a_client_whose_queue_was_full_is_not_left_empty_for_a_second() -> None:
    config = Cluster("127.0.0.1:1").consumer_config("group")
    assert config["fetch.queue.backoff.ms"] == 20


def test_only_a_paced_producer_of_a_real_cluster_sends_at_once_unless_the_user_says_otherwise() -> (
    None
):
    def linger(*, paced: bool, id_: str | None = None, **extra: str) -> object:
        cluster = Cluster("127.0.0.1:1", embedded_id=id_, extra=extra)
        return cluster.producer_config(paced=paced)["linger.ms"]

    assert [linger(paced=True), linger(paced=False), linger(paced=True, id_="e")] == [1, 5, 5]
    assert linger(paced=True, **{"linger.ms": "9"}) == "9"
