"""The codes of errors that the client itself raises, which no broker ever sends.

librdkafka documents them in rdkafka.h as RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN and so on: numbers
below zero, part of its binary interface. Its Python package has them too, but under names with a
leading underscore; here they have names of their own. Codes of brokers are `KafkaError`'s.
"""

from enum import IntEnum


class LocalCode(IntEnum):
    """What `KafkaError.code()` is for an error of the client."""

    AUTO_OFFSET_RESET = -140
    MAX_POLL_EXCEEDED = -147
    NO_OFFSET = -168
    AUTHENTICATION = -169
    WAIT_COORD = -180
    SSL = -181
    QUEUE_FULL = -184
    TIMED_OUT = -185
    ALL_BROKERS_DOWN = -187
    PARTITION_EOF = -191
    RESOLVE = -193
    TRANSPORT = -195
