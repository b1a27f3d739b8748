"""The broker and the topic, as any client would meet them, within a few seconds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

from core.broker.base import Broker
from core.broker.clients import client_log
from core.broker.cluster import Cluster
from core.broker.connect import connect_broker
from core.config.client_values import choice
from core.consumer.unread import open_transactions
from core.consumer.unread import told as told_left
from core.doctor.model import (
    CheckGroup,
    DoctorContext,
    Finding,
    TopicFacts,
    fail,
    ok,
    skipped,
    warn,
)
from core.errors import BrokerError
from core.text import _, clean, ngettext
from core.text.number_format import count

_TOLD_LINES = 3


def look_at_broker(doctor: DoctorContext) -> Iterator[Finding]:
    """Yield whether a broker answers, then what the topic holds."""
    if "broker" in doctor.unsure:
        yield skipped("broker")
        yield skipped("topic")
        return
    settings = doctor.settings
    own = settings.kafka.bootstrap_servers is None
    # An embedded broker either runs now or not: waiting for one is for those who need it.
    brief = replace(settings, timeout_s=0.0 if own else doctor.patience_s)
    with _heard() as heard:
        try:
            broker = connect_broker(brief, clock=doctor.clock, stop=_NEVER, start_embedded=False)
        except BrokerError as error:
            yield _unreachable(doctor, error, heard)
            yield warn("topic", _("not looked at: no broker answers"), _("see broker"))
            return
    try:
        yield ok("broker", _reached(doctor, broker))
        yield skipped("topic") if "topic" in doctor.unsure else _topic(doctor, broker)
    finally:
        broker.close()


BROKER = CheckGroup(("broker", "topic"), look_at_broker)

_NEVER = Event()


def _reached(doctor: DoctorContext, broker: Broker) -> str:
    client = doctor.settings.kafka.client
    if broker.label == "embedded":
        return _("an embedded broker answers at {servers}").format(
            servers=clean(broker.bootstrap_servers, 120)
        )
    return _("a broker answers at {servers} ({protocol})").format(
        servers=clean(broker.bootstrap_servers, 120),
        protocol=clean(choice(client, "security.protocol", "plaintext").upper(), 40),
    )


def _unreachable(doctor: DoctorContext, error: BrokerError, heard: list[str]) -> Finding:
    """Return why there is none: normal for an embedded one, a failure for a configured one."""
    if doctor.settings.kafka.bootstrap_servers is not None:
        told = _("; ").join([error.message, *heard])
        return fail("broker", clean(told), error.advice, error.remedies)
    stale = ""
    if doctor.settings.paths.broker_file.exists():
        stale = _("; {file} is left over from one that ended").format(
            file=clean(doctor.settings.paths.broker_file)
        )
    return warn("broker", clean(error.message + stale), error.advice, error.remedies)


def _topic(doctor: DoctorContext, broker: Cluster) -> Finding:
    """Return what the topic holds; keep it for the comparison with the warehouse."""
    kafka = doctor.settings.kafka
    topic = clean(kafka.topic, 80)
    try:
        facts = TopicFacts(
            identity=broker.identity(kafka.topic),
            marks=broker.watermarks(kafka.topic),
            committed=broker.committed(kafka.topic, kafka.group_id),
        )
        missing = broker.missing_rights(kafka.topic, kafka.group_id)
    except BrokerError as error:
        return fail("topic", clean(error.message), error.advice, error.remedies)
    doctor.topic = facts
    ends = ", ".join(
        f"{partition}: {mark.low}-{mark.high}" for partition, mark in sorted(facts.marks.items())
    )
    told = clean(_holds(topic, facts, ends), 300)
    if missing:
        lacking = _(
            "this user may not do all there: it lacks {rights}; docs/kafka.md says what for"
        ).format(rights=", ".join(missing))
        return warn("topic", told, lacking)
    waiting = open_transactions(broker, kafka.topic, facts.marks)
    if waiting:
        behind = told_left(waiting, kafka.topic, kafka.group_id)
        return warn(
            "topic",
            f"{told}; {behind}",
            _("the producer of that transaction must commit or abort it; nothing after it is read"),
        )
    return ok("topic", told)


def _holds(topic: str, facts: TopicFacts, ends: str) -> str:
    """Return the partitions with their offsets: how many records those are, no broker tells."""
    partitions, offsets = len(facts.marks), sum(m.high - m.low for m in facts.marks.values())
    return ngettext(
        "{topic}: {partitions} partition, {offsets} offsets kept ({ends})",
        "{topic}: {partitions} partitions, {offsets} offsets kept ({ends})",
        partitions,
    ).format(topic=topic, partitions=partitions, offsets=count(offsets), ends=ends)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Yield what the client says meanwhile: only its log tells why a login or TLS failed."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = clean(record.getMessage().rpartition("]:")[2].strip() or record.msg, 200)
            if line not in heard and len(heard) < _TOLD_LINES:
                heard.append(line)

    listener = Listener(logging.WARNING)
    client_log.addHandler(listener)
    try:
        yield heard
    finally:
        client_log.removeHandler(listener)
