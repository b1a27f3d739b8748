"""The lock files: complete, by hash, without any address, and explained in docs/dependencies.md."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = (
    "requirements.lock",
    "requirements-registry.lock",
    "requirements-dev.lock",
    "requirements-peers.lock",
    "tests/support/fakesnow/requirements.lock",
)
NAME = re.compile(r"^[a-zA-Z0-9][\w.-]*")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def entries(lock: str) -> list[str]:
    """The entries of a lock file, each one logical line."""
    lines = [line for line in read(lock).splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip()]


def direct(*groups: str, extras: tuple[str, ...] = ()) -> set[str]:
    """The names of our own dependencies."""
    project = tomllib.loads(read("pyproject.toml"))
    wanted = list(project["project"]["dependencies"])
    for extra in extras:
        wanted += project["project"]["optional-dependencies"][extra]
    return {normal(NAME.match(entry).group()) for entry in wanted}.union(*map(direct_of, groups))


def direct_of(group: str) -> set[str]:
    """The names in one group of dependencies."""
    wanted = tomllib.loads(read("pyproject.toml"))["dependency-groups"][group]
    return {normal(NAME.match(entry).group()) for entry in wanted}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_and_has_hashes(lock):
    assert entries(lock)
    for entry in entries(lock):
        assert re.match(r"^[\w.-]+==\S+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_is_in_it(lock):
    assert "://" not in read(lock)
    assert "--index" not in read(lock)
    assert "--find-links" not in read(lock)


def test_every_direct_dependency_is_locked():
    locked = {normal(NAME.match(entry).group()) for entry in entries("requirements.lock")}
    assert direct("build") <= locked
    developed = {normal(NAME.match(entry).group()) for entry in entries("requirements-dev.lock")}
    assert direct("build", "dev", extras=("registry",)) <= developed
    extra = {normal(NAME.match(entry).group()) for entry in entries("requirements-registry.lock")}
    assert direct("build", extras=("registry",)) <= extra
    peers = {normal(NAME.match(entry).group()) for entry in entries("requirements-peers.lock")}
    assert direct_of("peers") <= peers


def test_both_lock_the_same_versions():
    def versions(lock: str) -> set[str]:
        # A tool may need on every system what the program needs on one.
        return {entry.split("--hash")[0].split(";")[0].strip() for entry in entries(lock)}

    assert versions("requirements.lock") <= versions("requirements-registry.lock")
    assert versions("requirements-registry.lock") <= versions("requirements-dev.lock")


def test_the_peers_of_a_benchmark_never_come_with_the_product():
    peers = direct_of("peers") - direct("build", "dev", extras=("registry",))
    assert peers == {"bytewax", "dlt", "quixstreams"}
    for lock in ("requirements.lock", "requirements-registry.lock", "requirements-dev.lock"):
        assert not peers & {normal(NAME.match(entry).group()) for entry in entries(lock)}


def test_the_build_back_end_is_one_version():
    project = tomllib.loads(read("pyproject.toml"))
    assert project["build-system"]["requires"] == project["dependency-groups"]["build"]


def test_every_direct_dependency_is_explained():
    rows = re.findall(r"^\| (`.*?) \|", read("docs/dependencies.md"), re.MULTILINE)
    explained = {normal(name) for row in rows for name in re.findall(r"`([\w.-]+)`", row)}
    assert explained == direct("build", "dev", "peers", extras=("registry",))
