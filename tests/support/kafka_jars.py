"""Apache Kafka's own jars, fetched once by Maven into a cache outside the repository."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

POM = Path(__file__).parents[1] / "kafka" / "pom.xml"
_JAVA = 17
_FETCH_S = 300


class KafkaUnavailableError(Exception):
    """Why no Kafka can be started here."""


def kafka_jars() -> Path:
    """Return the folder of the jars. Errors: KafkaUnavailableError (no Java, no Maven, no way)."""
    return jars_of(POM, "kafka")


def jars_of(pom: Path, kind: str) -> Path:
    """Return the folder of the jars that a POM names. Errors as `kafka_jars`."""
    _check_java()
    name = f"{kind}-" + hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    folder = _cache() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes fetch it once
        if not folder.is_dir():
            _fetch(pom, folder)
    return folder


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "dropship-tests"


def _check_java() -> None:
    if shutil.which("java") is None:
        raise KafkaUnavailableError(f"java is not installed; Kafka needs version {_JAVA}")
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    if found is None or int(found[1]) < _JAVA:
        raise KafkaUnavailableError(f"java is too old; Kafka needs version {_JAVA}: {told!r}")


def _fetch(pom: Path, folder: Path) -> None:
    """Fill the folder: whole, or not at all."""
    if shutil.which("mvn") is None:
        raise KafkaUnavailableError("mvn is not installed; it fetches the jars")
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        jars = Path(draft) / "jars"
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(pom)]
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
        try:
            subprocess.run([*command, *goal], check=True, capture_output=True, timeout=_FETCH_S)
        except subprocess.CalledProcessError as error:
            said = (error.stdout + error.stderr).decode(errors="replace")[-500:]
            raise KafkaUnavailableError(f"mvn could not fetch the jars of {pom}: {said}") from error
        except subprocess.TimeoutExpired as error:
            raise KafkaUnavailableError(f"mvn took more than {_FETCH_S} s") from error
        jars.rename(folder)
