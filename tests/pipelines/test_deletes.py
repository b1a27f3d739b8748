"""Deletes by tombstones and by Debezium's envelopes: what is left, against plain Python."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.broker.identity import TopicIdentity
from core.config import Paths, Settings, Thresholds
from core.consumer.decoders.json_events import json_decoder
from core.inference.fields import infer_fields
from core.inference.profile import Profile
from core.inference.records import Record
from core.inference.roles import find_roles
from core.inference.write import Draft, render, write_folder
from core.operations.inspect import MergeRun
from core.pipeline import Pipeline, open_pipeline
from core.validation import counts
from core.validation.context import CheckContext
from core.validation.model import Status
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.pipelines import samples
from tests.pipelines.conftest import rows_of, store, warehouse_of
from tests.pipelines.oracle import newest, standing

Stream = list[samples.Record]
ACCOUNTS = 4
_EXAMPLES = count(1)


def drafted(folder: Path, stream: Stream) -> Pipeline:
    """The folder that `init` writes for records of a topic."""
    profile = Profile()
    for place, (key, value) in enumerate(stream):
        profile.observe(Record(f"topic/0/{place}", value, key))
    fields = infer_fields(profile, typed=True)
    roles = find_roles(profile, fields, key=None, time=None, name=folder.name)
    draft = Draft(folder.name, folder.name, True, "json", (), fields, roles, 1_000)
    write_folder(folder, render(draft))
    return open_pipeline(str(folder))


def plain(account: int, version: int | None) -> samples.Record:
    """A version of an account without an envelope; none: a tombstone."""
    key = str(account).encode()
    if version is None:
        return key, None
    row = {"account_id": account, "version": version, "balance": f"{version}.50"}
    return key, json.dumps(row).encode()


def newest_plain(stream: Stream) -> dict[int, int]:
    """The version of each account that is left."""
    best: dict[int, tuple[int, int]] = {}
    emptied: dict[int, int] = {}
    for offset, (key, value) in enumerate(stream):
        account = int(key or b"")
        if value is None:
            emptied[account] = offset
        else:
            best[account] = max(best.get(account, (-1, -1)), (json.loads(value)["version"], offset))
    return {key: one[0] for key, one in best.items() if emptied.get(key, -1) < one[1]}


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pipeline, DuckDbWarehouse]]:
    """The pipeline of change events, and its warehouse."""
    folder = tmp_path_factory.mktemp("changes")
    pipeline = drafted(folder / "accounts", samples.records("accounts", 400))
    with warehouse_of(pipeline, Settings(paths=Paths(data=folder))) as warehouse:
        yield pipeline, warehouse


@pytest.fixture(scope="module")
def tombstones(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Pipeline, DuckDbWarehouse]]:
    """A pipeline whose rows only tombstones delete, and its warehouse."""
    folder = tmp_path_factory.mktemp("tombstones")
    stream = [plain(number % 30, number if number % 7 else None) for number in range(200)]
    pipeline = drafted(folder / "balances", stream)
    with warehouse_of(pipeline, Settings(paths=Paths(data=folder))) as warehouse:
        yield pipeline, warehouse


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["c", "u", "d", "tombstone"]),
        st.integers(0, ACCOUNTS - 1),
        st.integers(1, 12),
        st.booleans(),  # whether a batch ends here
    ),
    min_size=1,
    max_size=24,
)


def change(kind: str, account: int, lsn: int, name: str) -> samples.Record:
    """A record of the change stream."""
    key = json.dumps({"account_id": account}).encode()
    if kind == "tombstone":
        return key, None
    _key, value = samples.records("accounts", 1)[0]
    event: dict[str, Any] = json.loads(value or b"")
    row = event["after"] | {"account_id": account, "owner_name": name}
    event |= {"op": kind, "after": None if kind == "d" else row}
    event["before"] = {"account_id": account} if kind == "d" else None
    event["source"]["lsn"] = lsn
    return key, json.dumps(event).encode()


def merged_in_batches(
    warehouse: DuckDbWarehouse, pipeline: Pipeline, stream: Stream, cuts: list[bool], topic: str
) -> dict[str, int]:
    """Store and merge batch by batch; return the sums of what the merges told."""
    told: dict[str, int] = defaultdict(int)
    begin = 0
    for end, cut in enumerate(cuts, start=1):
        if cut or end == len(cuts):
            store(warehouse, pipeline, stream[begin:end], topic)
            run = warehouse.merge()
            assert run.taken == end - begin
            for name in ("inserted", "updated", "deleted", "quarantined"):
                told[name] += getattr(run, name)
            begin = end
    return dict(told)


def logged_figures(warehouse: DuckDbWarehouse) -> dict[str, int]:
    """The sums of what the log of merges holds."""
    runs = [MergeRun(*row) for row in warehouse.rows("inspect_runs", [10**6])]
    names = ("inserted", "updated", "deleted", "quarantined")
    return {name: sum(getattr(run, name) for run in runs) for name in names}


def counted(stream: Stream, cuts: list[bool]) -> dict[str, int]:
    """What the merges should tell: a row that came to life, changed or was deleted, each once."""
    told = dict.fromkeys(("inserted", "updated", "deleted", "quarantined"), 0)
    before: dict[Any, tuple[Any, Any]] = {}
    for end, cut in enumerate(cuts, start=1):
        if not cut and end < len(cuts):
            continue
        after = standing("accounts", stream[:end])
        for key, (version, row) in after.items():
            had, row_before = before.get(key, (None, None))
            lived, lives, newer = row_before is not None, row is not None, version != had
            told["inserted"] += lives and not lived
            told["updated"] += lives and lived and newer
            told["deleted"] += not lives and (lived or newer)
        before = after
    return told


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_changes_in_any_order_and_any_batches_leave_the_same_rows(
    changes: tuple[Pipeline, DuckDbWarehouse], steps: list[tuple[str, int, int, bool]]
) -> None:
    pipeline, warehouse = changes
    example = next(_EXAMPLES)
    first = 10_000 * example
    stream = [
        change(kind, first + account, lsn, f"{place}")
        for place, (kind, account, lsn, _cut) in enumerate(steps)
    ]
    cuts = [cut for *_rest, cut in steps]
    logged = logged_figures(warehouse)
    told = merged_in_batches(warehouse, pipeline, stream, cuts, f"topic-{example}")
    after = logged_figures(warehouse)
    assert {name: after[name] - logged[name] for name in told} == told
    found = rows_of(warehouse, pipeline)
    mine = {key: row for key, row in found.items() if first <= key < first + ACCOUNTS}
    assert mine == newest("accounts", stream)
    assert told == counted(stream, cuts)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_tombstones_delete_what_came_before_them_and_keep_older_versions_out(
    tombstones: tuple[Pipeline, DuckDbWarehouse], steps: list[tuple[str, int, int, bool]]
) -> None:
    pipeline, warehouse = tombstones
    example = next(_EXAMPLES)
    first = 10_000 * example
    stream = [
        plain(first + account, None if kind == "tombstone" else version)
        for kind, account, version, _cut in steps
    ]
    cuts = [cut for *_rest, cut in steps]
    merged_in_batches(warehouse, pipeline, stream, cuts, f"topic-{example}")
    found = rows_of(warehouse, pipeline)
    mine = {key: row["version"] for key, row in found.items() if first <= key < first + ACCOUNTS}
    assert mine == newest_plain(stream)


def test_a_tombstone_of_what_nobody_knew_is_no_lost_row(
    tombstones: tuple[Pipeline, DuckDbWarehouse], tmp_path: Path
) -> None:
    pipeline, _warehouse = tombstones
    with warehouse_of(pipeline, Settings(paths=Paths(data=tmp_path))) as warehouse:
        store(warehouse, pipeline, [plain(1, 1), plain(2, None)], "topic")
        warehouse.merge()
        context = CheckContext(warehouse, Thresholds(), datetime.now(UTC), pipeline=pipeline)
        found = counts.check(context)
    assert (found.status, found.figures["raw_count"]) == (Status.PASS, 2), found


def test_a_merge_told_twice_changes_nothing(changes: tuple[Pipeline, DuckDbWarehouse]) -> None:
    pipeline, warehouse = changes
    first = 5_000
    stream = [
        change("c", first, 1, "one"),
        change("d", first, 2, ""),
        change("tombstone", first, 0, ""),
        change("c", first, 3, "two"),
        change("u", first + 1, 9, "late"),
        change("d", first + 1, 12, ""),
    ]
    expected = newest("accounts", stream)
    store(warehouse, pipeline, stream, "once")
    warehouse.merge()
    # Again as they stand, under their own coordinates: as when a stream is made anew.
    identity = TopicIdentity("cluster", "once", "0")
    warehouse._db.rows(f"DELETE FROM {pipeline.definition.tables.db_schema}.transform_runs", [])
    assert warehouse.stored_offsets(identity) == {0: len(stream)}
    again = warehouse.merge()
    assert (again.inserted, again.deleted) == (0, 0)
    found = rows_of(warehouse, pipeline)
    assert {key: row for key, row in found.items() if first <= key < first + 10} == expected


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        (b"1001", 1001),
        (b'{"account_id": 1001}', 1001),
        (b'{"schema": {"type": "struct"}, "payload": {"account_id": 1001}}', 1001),
        (b'{"tenant": 7, "account_id": 1001}', 1001),
        (b'{"id": 1001}', 1001),
        (b'"1001"', None),
        (b'{"tenant": 7, "id": 1001}', None),
        (b"\xff", None),
        (b"1.5", None),
        (b"", None),
        (None, None),
    ],
)
def test_the_key_of_a_tombstone_is_read_from_the_record(
    changes: tuple[Pipeline, DuckDbWarehouse], key: bytes | None, meant: int | None
) -> None:
    decoder = json_decoder(changes[0])
    payload = decoder.tombstone(key)
    decoded = decoder.decode([payload])
    if meant is None:
        assert payload is None
        assert [bad.reason for bad in decoded.rejected] == ["tombstone"]
        return
    assert json.loads(payload or b"") == {"after": {"account_id": meant}}
    assert (decoded.good, decoded.event_types) == ([0], ["(tombstone)"])
    assert decoder.read(payload).key == str(meant).encode()
