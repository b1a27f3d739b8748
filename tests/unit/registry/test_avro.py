"""Avro as JSON text: every type as the definition's readers take it, exactly, or refused."""

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from core.config.settings import RegistrySettings
from core.errors import ConfigError, ExitCode
from core.registry.client import Registry, RegistryError
from core.registry.schemas import UnfitError
from core.registry.wire import WireReader
from tests.support.certificates import Authority
from tests.support.kafka_server import free_ports
from tests.support.small_registry import SmallRegistry


@pytest.fixture(scope="module")
def server() -> Iterator[SmallRegistry]:
    with SmallRegistry() as made:
        yield made


@pytest.fixture(scope="module")
def registry(server: SmallRegistry) -> Iterator[Registry]:
    made = Registry(RegistrySettings(server.url))
    yield made
    made.close()


@pytest.fixture
def wire(registry: Registry) -> WireReader:
    return WireReader(registry, "avro")


@pytest.fixture
def free_port() -> int:
    (port,) = free_ports(1)
    return port


def head(number: int) -> bytes:
    return b"\x00" + number.to_bytes(4, "big")


def written(schema: Any, value: Any) -> bytes:
    target = io.BytesIO()
    fastavro.schemaless_writer(target, fastavro.parse_schema(schema), value)
    return target.getvalue()


def record(*fields: Any) -> dict[str, Any]:
    """A record of fields a, b, and so on."""
    return {
        "type": "record",
        "name": "R",
        "fields": [{"name": "abcdefghij"[n], "type": kind} for n, kind in enumerate(fields)],
    }


def logical(kind: str, what: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": what, **more}


NOTHING = ("unusable_schema", "a list of nothing")
DECIMAL = logical("bytes", "decimal", precision=9, scale=8)
FIXED = logical("fixed", "decimal", name="F", size=8, precision=18, scale=0)


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        ("string", 'é "x"\n', '"é \\"x\\"\\n"'),
        ("long", -(2**63), "-9223372036854775808"),
        ("double", 0.1, "0.1"),
        ("boolean", True, "true"),
        ("bytes", b"\x00\xff", '"AP8="'),
        (["null", "string"], None, "null"),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B", '"B"'),
        ({"type": "array", "items": "int"}, [1, 2], "[1,2]"),
        ({"type": "map", "values": "int"}, {"k": 1}, '{"k":1}'),
        (DECIMAL, Decimal("0E-8"), '"0.00000000"'),
        (DECIMAL, Decimal("-0.00000001"), '"-0.00000001"'),
        (FIXED, Decimal(10**17), '"100000000000000000"'),
        (logical("int", "date"), date(2024, 2, 29), '"2024-02-29"'),
        (logical("int", "time-millis"), time(1, 2, 3), '"01:02:03"'),
        (logical("string", "uuid"), UUID(int=7), '"00000000-0000-0000-0000-000000000007"'),
        (
            logical("long", "timestamp-micros"),
            datetime(2024, 5, 1, 1, 2, 3, 4, UTC),
            '"2024-05-01T01:02:03.000004Z"',
        ),
        (
            logical("long", "timestamp-millis"),
            datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
            '"1969-12-31T23:59:59Z"',
        ),
    ],
)
def test_values_become_what_json_events_are_written_with(
    schema: Any, value: Any, text: str, server: SmallRegistry, wire: WireReader
) -> None:
    whole = record(schema)
    payload = head(server.add(whole)) + written(whole, {"a": value})
    assert wire.text(payload) == f'{{"a":{text}}}'.encode()


@pytest.mark.parametrize(
    ("schema", "body", "reason", "said"),
    [
        (record("string"), b"\x04a", "schema_mismatch", "EOFError"),
        (record("string"), b"\x02ab", "schema_mismatch", "1 bytes follow"),
        (record("string"), b"\x02\xff", "schema_mismatch", "UnicodeDecodeError"),
        (record("double"), b"\x00\x00\x00\x00\x00\x00\xf8\x7f", "not_a_number", "finite"),
        (
            record({"type": "array", "items": ["null", "float"]}),
            b"\x02\x02\x00\x00\x80\x7f\x00",
            "not_a_number",
            "finite",
        ),
        (record(logical("long", "timestamp-millis")), b"\xff" * 9 + b"\x01", "schema_mismatch", ""),
        (
            record(logical("bytes", "decimal", precision=4, scale=2)),
            b"\x08\x7f\xff\xff\xff",
            "schema_mismatch",
            "more digits",
        ),
        ({"type": "record", "fields": []}, b"", "unusable_schema", ""),
        ("{nonsense", b"", "unusable_schema", ""),
        *(
            (record({"type": "array", "items": kind}), b"\xfe" * 4 + b"\x7e\x00", *NOTHING)
            for kind in (
                "null",
                {"type": "fixed", "name": "Z", "size": 0},
                record("null") | {"name": "N"},
            )
        ),
        (
            record(["null", "R"]),
            b"\x02" * 60_000 + b"\x00",
            "unusable_schema",
            "within itself",
        ),
        (
            record({"type": "array", "items": record(["null", "R"]) | {"name": "S"}}),
            b"\x00",
            "unusable_schema",
            "within itself",
        ),
    ],
)
def test_what_is_not_of_its_schema_is_refused_with_why(
    schema: Any, body: bytes, reason: str, said: str, server: SmallRegistry, wire: WireReader
) -> None:
    number = server.add(schema)
    for _again in range(2):
        with pytest.raises(UnfitError) as refused:
            wire.text(head(number) + body)
        assert refused.value.reason == reason
        assert refused.value.detail.startswith(f"schema {number}: ")
        assert said in refused.value.detail


@pytest.mark.parametrize("value", [b"{}", b"\x00", b"\x00\x00\x00\x01", b"\x01\x00\x00\x00\x01x"])
def test_what_is_not_in_the_wire_format_is_refused(value: bytes, wire: WireReader) -> None:
    with pytest.raises(UnfitError) as refused:
        wire.text(value)
    assert refused.value.reason == "not_wire_format"


def test_a_schema_of_another_kind_is_no_schema_of_the_pipeline(
    server: SmallRegistry, wire: WireReader
) -> None:
    number = server.add({"type": "object"}, kind="JSON")
    with pytest.raises(UnfitError, match="JSON") as refused:
        wire.text(head(number) + b"{}")
    assert refused.value.reason == "unusable_schema"


def test_a_schema_may_refer_to_others(server: SmallRegistry, wire: WireReader) -> None:
    inner = {"type": "record", "name": "I", "fields": [{"name": "n", "type": "int"}]}
    server.add(inner, "inner")
    reference = {"name": "I", "subject": "inner", "version": 1}
    outer = record("I", "I")
    number = server.add(outer, references=[reference])
    assert wire.text(head(number) + b"\x02\x04") == b'{"a":{"n":1},"b":{"n":2}}'


@given(body=st.binary(max_size=60))
def test_no_bytes_do_harm(body: bytes, server: SmallRegistry, registry: Registry) -> None:
    schema = record("string", DECIMAL, ["null", "double"], {"type": "map", "values": "long"})
    number = server.subjects.get("fuzz", [0])[0] or server.add(schema, "fuzz")
    try:
        text = WIRE.setdefault(number, WireReader(registry, "avro")).text(head(number) + body)
    except UnfitError:
        return
    assert isinstance(json.loads(text or b""), dict)


WIRE: dict[int, WireReader] = {}


def test_a_schema_is_asked_for_once(server: SmallRegistry, wire: WireReader) -> None:
    number = server.add(record("int"))
    for _again in range(3):
        wire.resolve([None, b"", b"{}", head(number) + b"\x02"])
        assert wire.text(head(number) + b"\x02") == b'{"a":1}'
    assert sum(path.startswith(f"/schemas/ids/{number}") for path in server.asked) == 1


def test_an_unknown_id_may_be_known_later(server: SmallRegistry, wire: WireReader) -> None:
    number = len(server.schemas) + 1
    with pytest.raises(RegistryError, match=f"knows no schema {number}") as refused:
        wire.resolve([b"{}", head(number) + b"\x02"])
    assert (refused.value.transient, refused.value.index) == (True, 1)
    server.add(record("int"))
    wire.resolve([head(number) + b"\x02"])
    assert wire.text(head(number) + b"\x02") == b'{"a":1}'


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka.schema_registry", None)
    with pytest.raises(ConfigError, match="packages that are not installed") as refused:
        Registry(RegistrySettings("http://127.0.0.1:9"))
    assert "pip install 'dropship[registry]'" in refused.value.hint
    assert refused.value.exit_code == ExitCode.USAGE


def test_a_certificate_is_trusted_by_the_file_of_its_authority(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with SmallRegistry(certificate=authority.issue("registry")) as server:
        server.add(record("int"))
        stranger = Registry(RegistrySettings(server.url))
        with pytest.raises(RegistryError, match="CERTIFICATE_VERIFY_FAILED") as refused:
            stranger.schema(1)
        assert not refused.value.transient
        assert "KAFKA_SCHEMA_REGISTRY_CA" in refused.value.hint
        stranger.close()
        known = Registry(RegistrySettings(server.url, ca_location=authority.certificate))
        assert known.schema(1).schema_type == "AVRO"
        known.close()
    odd = tmp_path / "odd.pem"
    odd.write_text("none", encoding="utf-8")
    with pytest.raises(ConfigError, match="KAFKA_SCHEMA_REGISTRY_CA: ") as wrong:
        Registry(RegistrySettings("https://127.0.0.1:9", ca_location=odd))
    assert wrong.value.hint == "name a file of certificates in PEM"


def test_who_is_refused_is_told_at_once_and_who_is_not_answered_waits(free_port: int) -> None:
    with SmallRegistry(user="me", password="pa:ss") as strict:
        strict.add(record("int"))
        known = Registry(RegistrySettings(strict.url, "me", SecretStr("pa:ss")))
        assert known.schema(1).schema_type == "AVRO"
        stranger = Registry(RegistrySettings(strict.url, "me", SecretStr("other")))
        with pytest.raises(RegistryError, match="who are you") as refused:
            stranger.schema(1)
        assert not refused.value.transient
        assert "KAFKA_SCHEMA_REGISTRY_PASSWORD" in refused.value.hint
        strict.status = 503
        with pytest.raises(RegistryError, match="told to fail") as broken:
            known.schema(2)
        assert broken.value.transient
        known.close()
        stranger.close()
    nobody = Registry(RegistrySettings(f"http://127.0.0.1:{free_port}"))
    with pytest.raises(RegistryError, match="does not answer") as silent:
        nobody.schema(1)
    assert silent.value.transient
    nobody.close()
