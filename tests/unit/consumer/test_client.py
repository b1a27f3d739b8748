"""Settings that the Kafka library refuses are told as such, not as a defect of ours."""

import pytest

from core.consumer.client import open_client
from core.errors import BrokerError


@pytest.mark.parametrize(
    "settings",
    [
        {"session.timeout.ms": "soon"},
        {"no.such.setting": "1"},
        {"group.protocol": "consumer", "session.timeout.ms": 1_000},
        {"on_commit": "not callable"},
    ],
)
def test_settings_that_cannot_be_used_are_told(settings: dict[str, object]) -> None:
    with pytest.raises(BrokerError, match="starting the consumer") as caught:
        open_client({"group.id": "g", "log_level": 0, **settings})
    assert caught.value.hint
