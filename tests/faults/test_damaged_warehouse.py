"""Fault 30: the warehouse file is damaged. It is said, and not a byte of it changes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes import Dropship, commands

pytestmark = pytest.mark.xdist_group("faults_damage")

_BLOCKS_BEGIN = 12_288


@pytest.fixture(scope="module")
def healthy(tmp_path_factory) -> bytes:
    """The bytes of a warehouse with something in it."""
    with commands(tmp_path_factory.mktemp("healthy")) as command:
        command("pipeline", "--orders", "500", "--customers", "50", "--products", "20").done()
        return command.paths.warehouse_file.read_bytes()


def flipped(start: int, end: int) -> Callable[[bytes], bytes]:
    """Return a damage that turns over every bit of a range."""

    def damage(whole: bytes) -> bytes:
        return whole[:start] + bytes(byte ^ 0xFF for byte in whole[start:end]) + whole[end:]

    return damage


def put(dropship: Dropship, content: bytes) -> Path:
    file = dropship.paths.warehouse_file
    file.parent.mkdir()
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    "damage",
    [
        flipped(8, 12),
        flipped(4_096, 4_300),
        flipped(8_192, 8_400),
        flipped(_BLOCKS_BEGIN, _BLOCKS_BEGIN + 8_192),
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:5_000],
        lambda _whole: b"",
        lambda whole: b"id,name\n" * (len(whole) // 8),
    ],
    ids=["magic", "header_1", "header_2", "blocks", "half", "stump", "empty", "another_format"],
)
@pytest.mark.slow
def test_fault_30_damage_is_said_and_the_file_left_as_it_is(dropship, healthy, damage):
    content = damage(healthy)
    file = put(dropship, content)
    ended = dropship("transform")
    error = ended.record["error"]
    assert (ended.code, error["kind"]) == (1, "storage")
    assert "warehouse.duckdb" in error["message"]
    assert "left as it is" in error["hint"]
    assert file.read_bytes() == content
    assert sorted(path.name for path in file.parent.glob("warehouse*")) == [
        "warehouse.duckdb",
        "warehouse.lock",
    ]


def test_fault_30_a_damaged_warehouse_stops_the_pipeline_before_anything_else(dropship):
    file = put(dropship, b"not a database " * 1_000)
    ended = dropship("pipeline")
    assert (ended.code, ended.record["error"]["kind"]) == (1, "storage")
    assert file.read_bytes() == b"not a database " * 1_000
    assert not dropship.paths.seed.exists()


def test_fault_30_a_directory_in_its_place_is_said(dropship):
    dropship.paths.warehouse_file.mkdir(parents=True)
    ended = dropship("kpis")
    assert ended.code == 1
    assert "warehouse.duckdb" in ended.record["error"]["message"]


@pytest.mark.slow
def test_fault_30_damage_inside_a_table_is_told_when_it_is_read(dropship, healthy):
    # Flip the middle of every block: whatever is read meets one.
    content = bytearray(healthy)
    for start in range(_BLOCKS_BEGIN + 262_144, len(content), 262_144):
        content[start + 1_000 : start + 1_100] = flipped(0, 100)(
            content[start + 1_000 : start + 1_100]
        )
    file = put(dropship, bytes(content))
    ended = dropship("kpis")
    assert (ended.code, ended.record["error"]["kind"]) == (1, "storage")
    assert "damaged" in ended.record["error"]["message"]
    assert file.read_bytes() == bytes(content)
