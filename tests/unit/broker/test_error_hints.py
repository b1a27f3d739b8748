"""What a Kafka error is called, whether it is waited for, and what its hint blames."""

import re

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException

from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import BrokerSettingError, is_transient, kafka_error
from core.broker.error_hints import RIGHTS, SETTINGS, TRANSIENT, UNANSWERED, listed, right
from core.config.load import load_settings
from core.errors import BrokerError, ExitCode
from core.producer.failure_counts import FailureCounts
from core.producer.failures import hints, in_words

ANSWERS = sorted(
    {
        code
        for name in dir(KafkaError)
        if name.isupper() and isinstance(code := getattr(KafkaError, name), int) and code > 0
    }
)


@pytest.mark.parametrize("code", ANSWERS)
def test_what_a_broker_answers_never_blames_its_address(code: int) -> None:
    error = kafka_error(KafkaError(code), "doing")
    assert error.hint
    assert "KAFKA_BOOTSTRAP_SERVERS" not in error.hint
    assert error.exit_code is (ExitCode.USAGE if code in SETTINGS else ExitCode.UNREACHABLE)
    assert not (code in RIGHTS and error.transient)
    assert not (code in SETTINGS and error.transient)


@pytest.mark.parametrize("code", sorted(UNANSWERED))
def test_an_address_that_does_not_answer_is_waited_for_and_named(code: int) -> None:
    plain = kafka_error(KafkaError(code), "doing")
    assert plain.transient
    assert plain.hint
    if code != ClientErrorCode.MSG_TIMED_OUT:
        assert "KAFKA_BOOTSTRAP_SERVERS" in plain.hint
        told = kafka_error(KafkaException(KafkaError(code)), "doing", brokers="inside:9092").hint
        assert "inside:9092" in told
        assert "KAFKA_BOOTSTRAP_SERVERS" not in told


@pytest.mark.parametrize("code", sorted(TRANSIENT))
def test_what_may_pass_is_transient_unless_it_is_fatal(code: int) -> None:
    assert kafka_error(KafkaError(code), "doing").transient
    assert not kafka_error(KafkaError(code, "text", fatal=True), "doing").transient
    assert not is_transient(KafkaError(code, "text", fatal=True))


@pytest.mark.parametrize(
    "code",
    [
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.UNRELEASED_INSTANCE_ID,
        ClientErrorCode.UNKNOWN_TOPIC,
        *sorted(RIGHTS),
        *sorted(SETTINGS),
    ],
)
def test_what_somebody_must_mend_does_not_pass_in_silence(code: int) -> None:
    assert not is_transient(KafkaError(code))


VALUES = {
    "SECURITY_PROTOCOL": "SSL",
    "GROUP_PROTOCOL": "classic",
    "PARTITION_ASSIGNMENT_STRATEGY": "roundrobin",
    "GROUP_REMOTE_ASSIGNOR": "range",
    "GROUP_INSTANCE_ID": "two",
    "SESSION_TIMEOUT_MS": "60000",
    "COMPRESSION_TYPE": "gzip",
    "MESSAGE_MAX_BYTES": "2000000",
}


def test_every_setting_that_a_hint_names_is_taken() -> None:
    hints = {str(kafka_error(KafkaError(code), "doing").hint) for code in ANSWERS}
    named = {name for hint in hints for name in re.findall(r"KAFKA_CONF_([A-Z_]+[A-Z])\b", hint)}
    assert named == set(VALUES)
    for name, value in VALUES.items():
        client = load_settings(environ={f"KAFKA_CONF_{name}": value}).kafka.client
        assert client == {name.lower().replace("_", "."): value}
        modern = {"group.protocol": "consumer"} if "REMOTE" in name else {}
        Consumer({"group.id": "g", "log_level": 0, **modern, **client}).close()


def test_a_fatal_error_means_what_its_text_names() -> None:
    text = f"Fatal error: {KafkaError(KafkaError.FENCED_INSTANCE_ID).str()}: Fatal consumer error"
    error = kafka_error(KafkaError(ClientErrorCode.FATAL, text, fatal=True), "doing")
    assert isinstance(error, BrokerSettingError)
    assert "KAFKA_CONF_GROUP_INSTANCE_ID" in error.hint


def test_the_right_that_was_needed_is_named() -> None:
    denied = KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED)
    error = kafka_error(denied, "doing", need=right("Read", group="night"))
    assert "Read on group night" in error.hint
    assert type(error) is BrokerError


def test_addresses_are_told_apart_from_the_one_that_was_given() -> None:
    assert listed([("a", 1), ("b", 2)], "a:1, b:2") == ""
    assert listed([("a", 1), ("b", 2)], "a:1") == "a:1, b:2"
    assert listed([("n", port) for port in range(9)]) == "n:0, n:1, n:2, n:3, n:4, …"
    assert listed([("evil\x1b[2J", 1)]) == "evil\ufffd[2J:1"


def test_failures_are_counted_by_reason_and_the_most_frequent_comes_first(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tally = FailureCounts("orders")
    tally.add(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))
    for _time in range(3):
        tally.add(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
    tally.add(KafkaError(ClientErrorCode.PURGE_QUEUE), 2)
    assert [(entry.count, entry.of_rights) for entry in tally.failures] == [
        (3, False),
        (2, False),
        (1, True),
    ]
    assert tally.total == 6
    assert "too large (3)" in in_words(tally.failures)
    assert "Write on topic orders" in hints(tally.failures)
    assert len(caplog.records) == 3, "each reason once"
