"""Starts a real schema registry (Apicurio, by its interface for Confluent's clients) on loopback.

Its schemas lie in a file, so that it knows them again after a stop.
"""

import os
import signal
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.kafka_jars import jars_of
from tests.support.kafka_server import free_ports, leash
from tests.support.waiting import wait_until

POM = Path(__file__).parents[1] / "kafka" / "registry-pom.xml"
_JVM = ("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_START_S = 90.0


class RegistryServer:
    """One registry; `stop` and `start` again keep address and schemas. Use it as a context."""

    def __init__(self) -> None:
        self._holder = tempfile.TemporaryDirectory(prefix="registry-")
        self._folder = Path(self._holder.name)
        (self._port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self._port}/apis/ccompat/v7"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        (archive,) = jars_of(POM, "registry").iterdir()
        with tarfile.open(archive) as packed:
            packed.extractall(self._folder, filter="data")
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop(signal.SIGKILL)
        self._holder.cleanup()

    def start(self) -> None:
        """Start it and wait until it answers."""
        (jar,) = self._folder.glob("*-runner.jar")
        data = self._folder / "data"
        settings = {
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(self._port),
            "REGISTRY_DATASOURCE_URL": f"jdbc:h2:file:{data}/registry",
        }
        with (self._folder / "registry.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*leash(), "java", *_JVM, "-jar", str(jar)],
                cwd=self._folder,
                env=os.environ | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, seconds=_START_S, what="the registry never answered")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it; nobody listens at its address from then on."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "registry.log").read_text()[-3000:]
        with suppress(URLError, OSError), urlopen(f"{self.url}/subjects", timeout=2) as answer:
            return bool(answer.status == 200)
        return False
