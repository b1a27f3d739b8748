"""Bent bytes at every door: they are taken, or refused in one clean line, never anything else."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.cli.parsing import parse, pre_parse
from core.config.errors import SettingsError
from core.config.identifiers import checked_identifier, quoted
from core.config.load import load_settings
from core.consumer.decoders.reasons import REASONS, EventError
from core.dlq.editing import edited_letters
from core.errors import ConfigError, DropshipError, InputError, UsageError
from core.pipeline import builtin
from core.pipeline.reference_csv import read_reference
from core.producer.orders.csv_file import OrdersCsv
from core.producer.orders.encode import ORDER_COLUMNS
from core.producer.orders.rules import why_unusable
from core.textfiles import text_file
from tests.fuzz.mutations import fuzzed, mutated
from tests.support.decoding import ORDERS, decode_batch, parse_strict
from tests.support.events import event

ORDERS_CSV = (
    b"id,product_id,customer_id,quantity,unit_price,sold_at\n"
    b"ORDER_000001,PROD_000001,CUST_000001,2,39.30,2024-05-06T07:08:09Z\n"
    b'"ORDER_000002",PROD_000001,CUST_000001,3,1.00,2024-05-06T07:08:09+02:00\r\n'
    b"ORDER_000003,PROD_000001,CUST_000001,1,0.5,2024-05-06T07:08:09.123Z"
)
ENV = (
    b"KAFKA_TOPIC=orders\nSNOW_SCHEMA='mon_schema'\n# a word\nexport LOG_LEVEL=DEBUG\n",
    b'DROPSHIP_LAG_WARN=10\nKAFKA_BOOTSTRAP_SERVERS="localhost:9092,[::1]:9093"\nSNOW_SCHEMA=${A:-b}\n',
    b"SNOW_ACCOUNT=org-a\nSNOW_USER=me\nSNOW_PASSWORD=word\nSNOW_ROLE=r\nSNOW_CONNECT_PROXY_PORT=1\n",
)
CUSTOMERS = b"id,name,email,city,country\nCUST_000001,Zo\xc3\xab,z@example.org,Lyon,France\n"
INVENTORY = b"id,product_name,category,price,stock_quantity\nPROD_000001,Robe,Robes,39.30,4\n"
LETTER = json.dumps({"event_id": "a", "payload": {"order": 1}}).encode() + b"\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "given"


@pytest.fixture(scope="module")
def base() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        yield connection


def refused(kind: type[DropshipError], attempt: Callable[[], object]) -> bool:
    """Return whether an attempt is refused; the refusal must be fit for a terminal."""
    try:
        attempt()
    except kind as error:
        told = (error.message, error.hint)
    else:
        return False
    assert all(text.isprintable() for text in told), told
    return True


@fuzzed
@given(st.lists(mutated((event(1), event(2, unit_price="1.50"))), min_size=1, max_size=8))
@pytest.mark.slow
def test_events(batch: list[bytes]) -> None:
    decoded = decode_batch(batch)
    for index, payload in enumerate(batch):
        taken = not refused(EventError, lambda payload=payload: parse_strict(payload))  # type: ignore[misc]
        assert taken == (index in decoded.good)
    for rejection in decoded.rejected:
        assert rejection.reason in REASONS
        assert rejection.detail.isprintable()


def read_orders(file: Path, block: int) -> tuple[list[tuple[str, ...]], list[tuple[int, str]]]:
    """Return the rows that are taken and those that are not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_file, "BLOCK_BYTES", block)
        reader = OrdersCsv(file)
        blocks = list(reader.blocks())
        reader.close()
    rows = [
        tuple(row[name] for name in ORDER_COLUMNS) for one in blocks for row in one.rows.to_pylist()
    ]
    return rows, [(row.line, row.reason) for one in blocks for row in one.rejected]


@fuzzed
@given(data=mutated((ORDERS_CSV,)), block=st.sampled_from([128, 300]))
def test_orders_csv(file: Path, data: bytes, block: int) -> None:
    file.write_bytes(data)
    if refused(InputError, lambda: OrdersCsv(file).close()):
        return
    rows, told = read_orders(file, 1 << 20)
    assert not [row for row in rows if why_unusable(row)]
    assert all(reason.isprintable() for _line, reason in told)
    assert [line for line, _reason in told] == sorted(line for line, _reason in told)
    if data.find(b"\n") < block:  # the header is read with the first block
        assert read_orders(file, block) == (rows, told)


@fuzzed
@given(data=mutated((CUSTOMERS, INVENTORY)), table=st.sampled_from(["customers", "inventory"]))
def test_reference_csv(file: Path, data: bytes, table: str) -> None:
    (file.parent / f"{table}.csv").write_bytes(data)
    refused(InputError, lambda: read_reference(builtin(), table, file.parent))


@fuzzed
@given(mutated(ENV))
@example(b"KAFKA_CONF_=1\n")
@example(b"SNOW_SCHEMA=\xc5\xbf\n")
@pytest.mark.slow
def test_settings(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    file.chmod(0o600)
    refused(SettingsError, lambda: load_settings(env_file=file, environ={}))


@fuzzed
@given(st.one_of(st.text(max_size=40), mutated((b"mon_schema", b'a"; DROP')).map(repr)))
@example("\u017fchema")
@example("a\n")
@pytest.mark.slow
def test_identifiers(base: duckdb.DuckDBPyConnection, name: str) -> None:
    """A name that is let through is one plain word, and quoting makes one name of anything."""
    if not refused(ConfigError, lambda: checked_identifier("SNOW_SCHEMA", name)):
        assert name.isascii()
        assert name.replace("_", "a").replace("$", "a").isalnum()
        base.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(name)}")
    if name and "\0" not in name and name.isprintable():
        base.execute(f"SELECT 1 AS {quoted(name)}")
        assert base.description is not None
        assert [column[0] for column in base.description] == [name]


@fuzzed
@given(mutated((LETTER, LETTER * 3)))
def test_letters_to_mend(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    refused(InputError, lambda: edited_letters([], file, ORDERS))


WORDS = (
    *[
        "--run",
        "produce",
        "consume",
        "seed",
        "dlq",
        "--rate",
        "--limit",
        "--json",
        "--data-dir",
        "--orders",
        "--duration",
    ],
    *[
        "--start",
        "--seed",
        "-1",
        "1e400",
        "nan",
        "--",
        "-",
        "--ra",
        "--rate=5",
        "2024-02-30",
        "--help",
        "--timeout",
        "--watch",
    ],
    *["1h", "--format", "json,xml", "[red]"],
    *("", "\x1b[31m", "\udcff", "\uff19"),
)


@fuzzed
@given(
    st.sampled_from(["seed", "produce", "consume", "validate", "dlq", "pipeline"]),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=6),
)
def test_command_lines(job: str, words: list[str]) -> None:
    pre_parse(words)
    refused(UsageError, lambda: parse(job, words))
