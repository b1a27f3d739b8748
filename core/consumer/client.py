"""The client of one membership: how it begins, and how the group is left."""

import logging
from collections.abc import Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaException

from core.broker.clients import kafka_error
from core.errors import BrokerError
from core.text import N_, _, clean
from core.threads import WatchedThread

_LEAVE_S = 5.0
"""The group is left within milliseconds; a client whose brokers are gone would wait for minutes."""

log = logging.getLogger(__name__)


def open_client(config: Mapping[str, Any]) -> Consumer:
    """Return a client that has joined nothing yet.

    Errors: BrokerError for settings that the library does not take, alone or together.
    """
    try:
        return Consumer(dict(config))
    except KafkaException as error:
        raise kafka_error(error, _("starting the consumer")) from error
    except (ValueError, TypeError) as error:
        raise BrokerError(
            _("starting the consumer: {reason}").format(reason=clean(error, 300)),
            hint=_("check the KAFKA_CONF_ settings"),
        ) from error


def leave(consumer: Consumer) -> None:
    """Leave the group and close the client; one that hangs ends by itself when a broker is back."""
    closing = WatchedThread("consumer-leaves", consumer.close)
    closing.start()
    closing.join(_LEAVE_S)
    if closing.is_alive():
        log.warning(N_("the group was not told that this consumer leaves: no broker answers"))
