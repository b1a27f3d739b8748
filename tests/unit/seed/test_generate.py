"""Same seed, same bytes; a run that ends early leaves nothing; a full disk is said in one line."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.errors import StorageError
from core.seed.generate import generate
from core.seed.output import LOCK_NAME
from core.seed.spec import SeedResult, SeedSpec

SMALL = SeedSpec(customers=300, products=50, orders=2000)
SEVERAL_CHUNKS = SeedSpec(customers=50_000, products=50, orders=60_000)
NAMES = ["customers.csv", "inventory.csv", "orders.csv"]

CHILD = """
import json, sys
from pathlib import Path
from core.seed.generate import generate
from core.seed.spec import SeedSpec
folder, customers, products, orders, seed = sys.argv[1:]
spec = SeedSpec(int(customers), int(products), int(orders), int(seed))
result = generate(spec, Path(folder))
print(json.dumps([file.sha256 for file in result.files]))
"""


def in_another_process(folder: Path, spec: SeedSpec, hash_seed: str) -> list[str]:
    sizes = [str(number) for number in (spec.customers, spec.products, spec.orders, spec.seed)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), *sizes],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    sums: list[str] = json.loads(done.stdout)
    return sums


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != LOCK_NAME)


class Recorder:
    """Progress that keeps what it is told, and may act on each update."""

    def __init__(self, act: Callable[[int], None] | None = None) -> None:
        self.begun: list[tuple[str, int | None, str]] = []
        self.done: list[int] = []
        self.notes: list[str] = []
        self.ended: list[str] = []
        self._act = act

    def start(self, task: str, total: int | None, unit: str) -> None:
        self.begun.append((task, total, unit))

    def update(self, task: str, done: int, note: str = "") -> None:
        assert task == "seed"
        self.done.append(done)
        self.notes.append(note)
        if self._act is not None:
            self._act(done)

    def finish(self, task: str) -> None:
        self.ended.append(task)


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    one = in_another_process(tmp_path / "one", SEVERAL_CHUNKS, "1")
    two = in_another_process(tmp_path / "two", SEVERAL_CHUNKS, "2")
    assert one == two
    assert len(set(one)) == 3


def test_bytes_of_a_small_run_are_those_known(tmp_path: Path) -> None:
    """Other figures here mean that every seed gives other data: that is worth a release note."""
    result = generate(SMALL, tmp_path)
    assert [file.sha256[:16] for file in result.files] == [
        "9bc6ecb010593528",
        "2b62ebba51188afb",
        "1db8dab76ee54e01",
    ]


def test_another_seed_gives_other_files(tmp_path: Path) -> None:
    first = generate(SMALL, tmp_path / "a")
    second = generate(replace(SMALL, seed=43), tmp_path / "b")
    for ours, theirs in zip(first.files, second.files, strict=True):
        assert ours.sha256 != theirs.sha256


def test_result_describes_the_files(tmp_path: Path) -> None:
    result = generate(SMALL, tmp_path / "deep" / "er")
    assert (result.customers, result.products, result.orders) == (300, 50, 2000)
    assert not result.cancelled
    assert [file.path.name for file in result.files] == NAMES
    assert [file.rows for file in result.files] == [300, 50, 2000]
    for file in result.files:
        data = file.path.read_bytes()
        assert file.bytes == len(data)
        assert file.sha256 == hashlib.sha256(data).hexdigest()
        assert data.count(b"\n") == file.rows + 1
        assert data.endswith(b"\n")
        assert b"\r" not in data
        assert b"\0" not in data


def test_extremes_are_possible(tmp_path: Path) -> None:
    day = date(2024, 2, 29)
    result = generate(SeedSpec(1, 1, 3, seed=0, start=day, end=day), tmp_path)
    lines = result.files[2].path.read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == 3
    assert all("CUST_000001,PROD_000001" in line and ",2024-02-29T" in line for line in lines)
    empty = generate(SeedSpec(1, 1, 0), tmp_path)
    assert empty.files[2].path.read_text(encoding="utf-8").count("\n") == 1


def test_a_new_run_replaces_the_old_files(tmp_path: Path) -> None:
    generate(SMALL, tmp_path)
    result = generate(replace(SMALL, orders=5), tmp_path)
    assert result.files[2].path.read_bytes().count(b"\n") == 6
    assert visible(tmp_path) == NAMES


def test_progress_counts_the_rows_of_all_files(tmp_path: Path) -> None:
    recorder = Recorder()
    generate(SEVERAL_CHUNKS, tmp_path, progress=recorder)
    assert recorder.begun == [("seed", SEVERAL_CHUNKS.rows, "rows")]
    assert recorder.done == sorted(recorder.done)
    assert recorder.done[-1] == SEVERAL_CHUNKS.rows
    assert len(set(recorder.done)) > 5
    assert not any(recorder.notes), "who shows progress measures the rate"
    assert recorder.ended == ["seed"]


@pytest.mark.parametrize("after", [0, 20_000, 50_000, 90_050])
def test_cancelling_keeps_the_old_files_and_no_new_ones(tmp_path: Path, after: int) -> None:
    old = generate(SMALL, tmp_path)
    recorder = Recorder()
    result = generate(
        SEVERAL_CHUNKS,
        tmp_path,
        progress=recorder,
        cancelled=lambda: recorder.done[-1] >= after,
    )
    assert result == SeedResult(0, 0, 0, 42, (), cancelled=True)
    assert recorder.done[-1] < SEVERAL_CHUNKS.rows
    assert recorder.ended == ["seed"]
    assert visible(tmp_path) == NAMES
    for file in old.files:
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int) -> None:
        if done > 60_000:
            raise KeyboardInterrupt

    recorder = Recorder(interrupt)
    with pytest.raises(KeyboardInterrupt):
        generate(SEVERAL_CHUNKS, tmp_path, progress=recorder)
    assert visible(tmp_path) == []


def test_a_killed_run_leaves_no_final_name_and_the_next_one_works(tmp_path: Path) -> None:
    child = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from core.seed.generate import generate\n"
        "from core.seed.spec import SeedSpec\n"
        "chunks = iter(range(4))\n"
        "def stop():\n"
        "    if next(chunks) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return False\n"
        "generate(SeedSpec(50_000, 50, 60_000), Path(sys.argv[1]), cancelled=stop)\n"
    )
    done = subprocess.run([sys.executable, "-c", child, str(tmp_path)], check=False)
    assert done.returncode == -9
    left = visible(tmp_path)
    assert left
    assert all(name.endswith(".partial") for name in left)
    generate(SMALL, tmp_path)
    assert visible(tmp_path) == NAMES


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    refused: list[StorageError] = []

    def start_another(done: int) -> None:
        if not refused:
            with pytest.raises(StorageError) as caught:
                generate(replace(SMALL, seed=7), tmp_path)
            refused.append(caught.value)

    result = generate(SMALL, tmp_path, progress=Recorder(start_another))
    assert refused[0].transient
    assert str(tmp_path) in refused[0].message
    assert hashlib.sha256((tmp_path / "orders.csv").read_bytes()).hexdigest() == (
        result.files[2].sha256
    )


def test_output_that_is_a_file_is_said(tmp_path: Path) -> None:
    blocker = tmp_path / "taken"
    blocker.write_text("mine")
    with pytest.raises(StorageError) as caught:
        generate(SMALL, blocker)
    assert str(blocker) in caught.value.message
    assert "folder" in caught.value.message
    assert caught.value.hint
    with pytest.raises(StorageError):
        generate(SMALL, blocker / "below")
    assert blocker.read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").mkdir()
    with pytest.raises(StorageError) as caught:
        generate(SMALL, tmp_path)
    assert "orders.csv" in caught.value.message
    assert visible(tmp_path) == ["orders.csv"]


def test_a_folder_without_permission_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:  # root may write anywhere: be somebody else for a moment
        os.seteuid(65_534)
    try:
        with pytest.raises(StorageError) as caught:
            generate(SMALL, folder / "seed")
    finally:
        os.seteuid(user)
    assert "not allowed" in caught.value.message
    assert str(folder) in caught.value.message


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """The operating system refuses a file beyond 1 MB, in mid-write, as a full disk does."""
    child = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from core.errors import StorageError\n"
        "from core.seed.generate import generate\n"
        "from core.seed.spec import SeedSpec\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "try:\n"
        "    generate(SeedSpec(100, 50, 60_000), Path(sys.argv[1]))\n"
        "except StorageError as error:\n"
        "    print(error.message, error.hint, sep='|')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", child, str(tmp_path)], capture_output=True, text=True, check=True
    )
    message, hint = done.stdout.strip().split("|")
    assert "orders.csv" in message
    assert "no room" in message
    assert hint
    assert visible(tmp_path) == []


def test_memory_does_not_grow_with_the_orders(tmp_path: Path) -> None:
    child = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from core.seed.generate import generate\n"
        "from core.seed.spec import SeedSpec\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "generate(SeedSpec(1000, 200, 20_000), Path(sys.argv[1]))\n"
        "before = peak()\n"
        "generate(SeedSpec(1000, 200, 1_000_000), Path(sys.argv[1]))\n"
        "print(peak() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", child, str(tmp_path)], capture_output=True, text=True, check=True
    )
    grown = int(done.stdout) / (1024**2 if sys.platform == "darwin" else 1024)
    assert grown < 30, f"{grown:.0f} MB for 66 MB of orders"
