"""KAFKA_CONF_<NAME>: any setting of librdkafka, checked by the library itself.

`KAFKA_CONF_SASL_PASSWORD` stands for `sasl.password`. Settings that the delivery guarantee rests
on are refused. A client made without an address tells unknown names and bad values at once and
reaches nobody.
"""

import logging
from collections.abc import Mapping

from core.config.secrets import Redactor, is_secret_name
from core.text import _, clean

PREFIX = "KAFKA_CONF_"

RESERVED = frozenset(
    {
        "acks",
        "auto.offset.reset",
        "bootstrap.servers",
        "delivery.report.only.error",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "enable.idempotence",
        "enable.partition.eof",
        "group.id",
        "isolation.level",
        "metadata.broker.list",
        "request.required.acks",
        "transactional.id",
    }
)
_OWN_NAME = {
    "bootstrap.servers": "KAFKA_BOOTSTRAP_SERVERS",
    "metadata.broker.list": "KAFKA_BOOTSTRAP_SERVERS",
    "group.id": "KAFKA_GROUP_ID",
}


def library_name(setting: str) -> str:
    """Return librdkafka's name for a setting: KAFKA_CONF_SASL_PASSWORD is `sasl.password`."""
    return setting.removeprefix(PREFIX).lower().replace("_", ".")


def may_be_set(name: str) -> bool:
    """Return whether librdkafka knows a setting, such as `sasl.password`, that is not reserved."""
    if refusal(name):
        return False
    complaint = _complaint({name: ""})
    return complaint is None or "No such configuration property" not in complaint


def refusal(name: str) -> str:
    """Return why a librdkafka setting may not be configured, or nothing."""
    if name in _OWN_NAME:
        return _("set {setting} instead").format(setting=_OWN_NAME[name])
    if name in RESERVED or name.startswith("test."):
        return _("it is fixed, since the delivery guarantee rests on it")
    return ""


def client_problems(client: Mapping[str, str]) -> list[tuple[str | None, str]]:
    """Return what librdkafka finds wrong: (setting at fault or None when it is the whole, reason).

    The library stops at the first fault, so each setting is tried alone once the whole fails; what
    fails only together (a mechanism without its password) is told last.
    """
    whole = _complaint(client)
    if whole is None:
        return []
    redact = Redactor(value for name, value in client.items() if is_secret_name(name))
    alone = [(name, _complaint({name: client[name]})) for name in client]
    # `security.protocol` alone wants a mechanism, and so on: only the library's verdict on a
    # name or a value counts here.
    faults = [
        (name, clean(redact(text), 300))
        for name, text in alone
        if text is not None and ("configuration property" in text or text == whole)
    ]
    return list(faults) or [(None, clean(redact(whole), 300))]


def _complaint(client: Mapping[str, str]) -> str | None:
    """Return librdkafka's complaint about a configuration, None when both clients take it."""
    from confluent_kafka import Consumer, KafkaException, Producer  # noqa: PLC0415 - heavy

    silent = logging.getLogger("dropship.kafka.check")
    silent.propagate = False
    silent.addHandler(logging.NullHandler())
    try:
        Consumer({"group.id": "check", **client, "logger": silent}).close()
        Producer({"enable.idempotence": True, **client, "logger": silent})
    except KafkaException as error:
        return str(error.args[0].str())
    except (TypeError, ValueError) as error:
        return str(error)
    return None
