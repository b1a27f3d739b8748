"""A sample of a topic of a real cluster: three partitions, transactions, nothing left behind."""

from confluent_kafka import Producer

from tests.pipelines.samples import records
from tests.support.kafka_work import Work
from tests.support.processes import Dropship


def test_a_sample_is_spread_reads_what_is_committed_and_leaves_no_trace(
    work: Work, dropship: Dropship
) -> None:
    work.make_topic(3)
    plain = Producer({"bootstrap.servers": work.servers})
    for key, value in records("accounts", 3_000):
        plain.produce(work.topic, value, key=key)
        plain.poll(0)
    assert plain.flush(20) == 0
    client = Producer({"bootstrap.servers": work.servers, "transactional.id": work.topic})
    client.init_transactions(20)
    client.begin_transaction()
    client.produce(work.topic, b"never committed", partition=0)
    assert client.flush(20) == 0
    client.abort_transaction(20)

    options = ("mine", "--from-topic", work.topic)
    told = dropship("init", *options, "--sample", "300", env=work.env).done()
    assert told["source"]["partitions"] == 3
    assert 300 <= told["sampled"] <= 303
    assert told["unreadable"] == []
    assert (told["key"], told["time"]) == ("after.account_id", "source.ts_ms")
    whole = dropship("init", *options, env=work.env).done()
    assert whole["sampled"] == 3_000
    assert whole["drift"] == {"new": [], "missing": [], "changed": []}

    stored = dropship("consume", "--pipeline", "mine", "--until-caught-up", env=work.env).done()
    assert (stored["inserted"], stored["dead_lettered"]) == (3_000, 0)
