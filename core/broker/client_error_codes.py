"""The codes of errors that the client itself raises, which no broker ever sends.

librdkafka documents them in rdkafka.h as RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN and so on: numbers
below zero, part of its binary interface. Its Python package has them too, but under names with a
leading underscore; here they have names of their own. Codes of brokers are `KafkaError`'s.
"""

from enum import IntEnum


class ClientErrorCode(IntEnum):
    """What `KafkaError.code()` is for an error of the client."""

    DESTROY_BROKER = -137
    AUTO_OFFSET_RESET = -140
    ASSIGNMENT_LOST = -142
    UNKNOWN_BROKER = -146
    MAX_POLL_EXCEEDED = -147
    FATAL = -150
    PURGE_INFLIGHT = -151
    PURGE_QUEUE = -152
    RETRY = -153
    INTR = -163
    WAIT_CACHE = -164
    UNSUPPORTED_FEATURE = -165
    TIMED_OUT_QUEUE = -166
    NO_OFFSET = -168
    AUTHENTICATION = -169
    WAIT_COORD = -180
    SSL = -181
    NODE_UPDATE = -182
    ISR_INSUFF = -183
    TIMED_OUT = -185
    ALL_BROKERS_DOWN = -187
    UNKNOWN_TOPIC = -188
    UNKNOWN_PARTITION = -190
    PARTITION_EOF = -191
    MSG_TIMED_OUT = -192
    RESOLVE = -193
    TRANSPORT = -195
    DESTROY = -197
