"""A real Apache Kafka for the tests of this folder, started once; all are marked `kafka`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.kafka_jars import KafkaUnavailableError, kafka_jars
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import Work
from tests.support.processes import Dropship, commands

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.kafka)
            item.add_marker(pytest.mark.timeout(240))  # the start of a cluster counts


@pytest.fixture(scope="session")
def kafka_here() -> None:
    """Skip what needs Kafka where none can be started, and say why."""
    try:
        kafka_jars()
    except KafkaUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def node(kafka_here: None) -> Iterator[KafkaCluster]:
    """One node that nobody breaks."""
    with KafkaCluster() as cluster:
        yield cluster


@pytest.fixture
def works(request: pytest.FixtureRequest) -> Iterator[Callable[..., Work]]:
    """Makes the work of this test on a cluster; its topic does not exist yet."""
    made: list[Work] = []

    def make(servers: str, **changes: object) -> Work:
        name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
        made.append(Work(servers, name[:200], **changes))
        return made[-1]

    yield make
    for work in made:
        work.close()


@pytest.fixture
def work(node: KafkaCluster, works: Callable[..., Work]) -> Work:
    """Work on the shared node."""
    return works(node.bootstrap_servers)


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    """The command in an empty folder."""
    with commands(tmp_path) as command:
        yield command
