"""Our names for the client's own error codes are the library's."""

import pytest
from confluent_kafka import KafkaError

from core.broker.client_error_codes import ClientErrorCode


@pytest.mark.parametrize("code", list(ClientErrorCode))
def test_a_code_is_the_librarys_of_that_name(code):
    assert KafkaError(int(code)).name() == f"_{code.name}"
    assert KafkaError(int(code)).code() == code
