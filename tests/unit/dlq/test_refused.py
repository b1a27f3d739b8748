"""What is said of letters that were not delivered, and with which exit code."""

import pytest
from confluent_kafka import KafkaError, KafkaException

from core.broker.client_error_codes import ClientErrorCode
from core.dlq.refused import Refused, broken_by, published_too
from core.errors import BrokerError, ExitCode
from tests.unit.dlq.test_edited_letters import letter


def refused(*codes: int) -> Refused:
    every = Refused("orders")
    for number, code in enumerate(codes):
        every.add(letter(b"x", number=number + 5), KafkaError(code))
    return every


def test_the_others_are_told_with_the_first_place_and_the_reasons() -> None:
    error = refused(KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD).error(3)
    assert error.exit_code is ExitCode.BAD_RESULT
    assert error.kind == "undelivered"
    for word in ("2 dead letters", "orders_topic/0/5", "(3 were published)", "too large (1)"):
        assert word in error.message
    assert "max.message.bytes" in error.hint


@pytest.mark.parametrize(
    ("code", "published", "exit_code", "transient"),
    [
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, 0, ExitCode.UNREACHABLE, False),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, 1, ExitCode.BAD_RESULT, False),
        (ClientErrorCode.MSG_TIMED_OUT, 0, ExitCode.UNREACHABLE, True),
        (ClientErrorCode.MSG_TIMED_OUT, 1, ExitCode.UNREACHABLE, True),
        (KafkaError.MSG_SIZE_TOO_LARGE, 0, ExitCode.BAD_RESULT, False),
    ],
)
def test_the_exit_code_follows_from_the_reason(
    code: int, published: int, exit_code: ExitCode, transient: bool
) -> None:
    error = refused(code).error(published)
    assert (error.exit_code, error.transient) == (exit_code, transient)


def test_what_ends_the_client_names_the_right_and_what_went_out() -> None:
    denied = KafkaException(KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED, "no", fatal=True))
    error = broken_by(denied, "orders", 1)
    assert type(error) is BrokerError
    assert "(1 was published)" in error.message
    assert "Write on topic orders" in error.hint
    assert published_too(0) == ""
