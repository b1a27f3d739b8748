"""The doctor's look at a registry, and what a schema says of its fields."""

import json
from collections.abc import Iterator

import pytest

from core.config.errors import Problem
from core.config.settings import KafkaSettings, RegistrySettings, Settings
from core.doctor.model import DoctorContext, Finding, Status
from core.doctor.registry import look_at_registry
from core.pipeline.folder import Pipeline, builtin
from core.registry.fields import described
from tests.support.any_pipeline import simple
from tests.support.consuming import HandClock
from tests.support.payments import FIRST, JSON_SCHEMA, SECOND
from tests.support.small_registry import SmallRegistry

FIELDS = {
    "payment_id": {"type": "text"},
    "amount": {"type": "decimal(12,2)"},
    "payer.id": {"type": "text"},
    "payer.country": {"type": "text", "required": False},
}


@pytest.fixture
def registry() -> Iterator[SmallRegistry]:
    with SmallRegistry() as server:
        yield server


def look(url: str | None, kind: str = "avro", **more: dict[str, object]) -> list[Finding]:
    definition = simple({**FIELDS, **more}, format=kind)
    where = None if url is None else RegistrySettings(url)
    kafka = KafkaSettings(topic="payments", registry=where)
    settings = Settings(kafka=kafka, pipeline=Pipeline(definition, builtin().folder))
    return list(look_at_registry(DoctorContext(settings, HandClock(), 1.0)))


def test_nothing_is_said_where_none_is_used(registry: SmallRegistry) -> None:
    assert look(None, "json") == []
    [needed] = look(None)
    assert (needed.status, needed.advice) == (Status.FAIL, "set KAFKA_SCHEMA_REGISTRY_URL")
    [answers] = look(registry.url, "json")
    assert answers.status is Status.OK


def test_the_schema_is_compared_with_the_definition(registry: SmallRegistry) -> None:
    [absent] = look(registry.url)
    assert (absent.status, "has no subject payments-value" in absent.detail) == (Status.WARN, True)
    registry.add(FIRST, "payments-value")
    [fine] = look(registry.url)
    assert (fine.status, fine.hint) == (Status.OK, "")
    assert "payments-value: version 1, id 1" in fine.detail
    [wrong] = look(
        registry.url,
        fee={"type": "decimal(8,4)"},
        settled_on={"type": "timestamp"},
        note={"type": "text"},
    )
    assert wrong.status is Status.WARN
    for told in (
        "the schema lacks fee",
        "settled_on is date in the schema, not timestamp",
        "note may be absent by the schema",
    ):
        assert told in wrong.detail
    [other] = look(registry.url, "json_schema")
    assert (other.status, "of format avro" in other.detail) == (Status.FAIL, True)


def test_a_registry_that_does_not_answer_or_a_wrong_setting_is_told(
    registry: SmallRegistry,
) -> None:
    registry.status = 503
    [broken] = look(registry.url)
    assert (broken.status, "told to fail" in broken.detail) == (Status.FAIL, True)
    settings = Settings(kafka=KafkaSettings(registry=RegistrySettings(registry.url)))
    doctor = DoctorContext(
        settings, HandClock(), 1.0, problems=[Problem("", "", "KAFKA_SCHEMA_REGISTRY_CA")]
    )
    [unseen] = look_at_registry(doctor)
    assert unseen.status is Status.WARN
    assert "broker" not in doctor.unsure


def test_what_a_schema_says_of_its_fields() -> None:
    avro = {".".join(one.steps): one for one in described(SECOND, avro=True)}
    assert {path: (str(one.type), one.required, one.default) for path, one in avro.items()} == {
        "payment_id": ("None", True, None),
        "amount": ("decimal(12,2)", True, None),
        "paid_at": ("timestamp", True, None),
        "payer.id": ("None", True, None),
        "payer.country": ("None", False, None),
        "method": ("None", True, None),
        "risk": ("number", True, None),
        "settled_on": ("date", True, None),
        "reference": ("uuid", True, None),
        "attempts": ("None", True, None),
        "note": ("None", False, None),
        "tags": ("json", True, None),
        "currency": ("None", False, "EUR"),
        "fee": ("decimal(8,4)", False, None),
    }
    rules = {".".join(one.steps): one for one in described(JSON_SCHEMA, avro=False)}
    assert {path: (str(one.type), one.required) for path, one in rules.items()} == {
        "payment_id": ("None", True),
        "amount": ("None", True),
        "paid_at": ("timestamp", True),
        "note": ("None", False),
    }


def test_a_type_that_is_named_again_and_one_within_itself() -> None:
    inner = {"type": "record", "name": "I", "fields": [{"name": "n", "type": "double"}]}
    outer = {
        "type": "record",
        "name": "O",
        "namespace": "x",
        "fields": [
            {"name": "a", "type": inner},
            {"name": "b", "type": ["null", "x.I"]},
            {"name": "c", "type": ["int", "string"]},
        ],
    }
    found = [
        (one.steps, str(one.type), one.required) for one in described(json.dumps(outer), avro=True)
    ]
    assert found == [
        (("a", "n"), "number", True),
        (("b", "n"), "number", False),
        (("c",), "json", True),
    ]
    loop = {
        "type": "record",
        "name": "L",
        "fields": [{"name": "v", "type": "double"}, {"name": "next", "type": ["null", "L"]}],
    }
    assert [(one.steps, str(one.type)) for one in described(json.dumps(loop), avro=True)] == [
        (("v",), "number"),
        (("next",), "json"),
    ]
