"""docker/compose.yaml says what it must, and reaches no further than this machine."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with `make test`")

FILE = Path("docker/compose.yaml")
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / FILE).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def flags(compose) -> dict[str, str]:
    """The options of the broker by name."""
    command = compose["services"]["redpanda"]["command"]
    return dict(entry.removeprefix("--").split("=", 1) for entry in command if "=" in entry)


def listeners(value: str) -> dict[str, tuple[str, int]]:
    """Names with host and port, from `name://host:port,...`."""
    found = {}
    for entry in value.split(","):
        name, address = entry.split("://")
        host, port = address.rsplit(":", 1)
        found[name] = (host, int(port))
    return found


def published(compose) -> list[str]:
    return [entry for service in compose["services"].values() for entry in service.get("ports", [])]


def test_ports_are_published_on_the_loopback_address_only(compose):
    assert published(compose)
    for entry in published(compose):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", entry), entry


def test_no_port_is_published_twice_and_the_admin_port_never(compose):
    outside = [int(entry.split(":")[1]) for entry in published(compose)]
    inside = [int(entry.split(":")[2]) for entry in published(compose)]
    assert len(set(outside)) == len(outside)
    assert 9644 not in inside


def test_images_are_pinned_to_a_release(compose):
    for name, service in compose["services"].items():
        assert re.search(r":v\d+\.\d+\.\d+$", service["image"]), name


def test_programs_of_this_machine_are_sent_back_to_the_published_port(compose, flags):
    assert listeners(flags["kafka-addr"])["external"] == ("0.0.0.0", 29092)
    assert listeners(flags["advertise-kafka-addr"])["external"] == ("localhost", 29092)
    assert "127.0.0.1:29092:29092" in published(compose)


def test_containers_are_sent_to_a_name_of_their_network(compose, flags):
    assert listeners(flags["kafka-addr"])["internal"] == ("0.0.0.0", 9092)
    assert listeners(flags["advertise-kafka-addr"])["internal"] == ("redpanda", 9092)
    assert compose["services"]["redpanda"]["hostname"] == "redpanda"
    assert compose["services"]["console"]["environment"]["KAFKA_BROKERS"] == "redpanda:9092"


def test_no_two_listeners_share_a_port(flags):
    names = ("kafka-addr", "pandaproxy-addr", "schema-registry-addr")
    ports = [port for name in names for _host, port in listeners(flags[name]).values()]
    assert len(ports) == 6
    assert len(set(ports)) == 6


@pytest.mark.parametrize("service", ["kafka", "pandaproxy"])
def test_what_is_advertised_is_listened_to(flags, service):
    bound, told = listeners(flags[f"{service}-addr"]), listeners(flags[f"advertise-{service}-addr"])
    assert {name: port for name, (_host, port) in bound.items()} == {
        name: port for name, (_host, port) in told.items()
    }


def test_the_console_waits_for_a_healthy_broker(compose):
    assert "rpk cluster health" in compose["services"]["redpanda"]["healthcheck"]["test"][-1]
    condition = compose["services"]["console"]["depends_on"]["redpanda"]["condition"]
    assert condition == "service_healthy"


WORKERS = ("seed", "topic", "producer", "consumer")


@pytest.mark.parametrize("name", WORKERS)
def test_workers_start_only_when_asked_for_and_can_do_little(compose, name):
    service = compose["services"][name]
    assert service["profiles"] == ["workers"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "ports" not in service
    assert service["environment"]["KAFKA_BOOTSTRAP_SERVERS"] == "redpanda:9092"


@pytest.mark.parametrize("name", WORKERS)
def test_workers_run_jobs_that_exist(compose, name):
    from core.cli.parsing import parse

    command = compose["services"][name]["command"]
    job = command[command.index("--run") + 1]
    assert parse(job, command).run == job


def test_the_broker_and_its_console_start_without_workers(compose):
    started = {name for name, one in compose["services"].items() if "profiles" not in one}
    assert started == {"redpanda", "console"}


def test_consumers_can_be_scaled(compose):
    consumer = compose["services"]["consumer"]
    assert "container_name" not in consumer
    assert "volumes" not in consumer  # each replica has a warehouse of its own, or Snowflake
    assert consumer["deploy"]["replicas"] > 1
    partitions = int(consumer["environment"]["KAFKA_TOPIC_PARTITIONS"])
    assert partitions >= consumer["deploy"]["replicas"]


def test_producer_and_consumers_wait_for_what_they_need(compose):
    services = compose["services"]
    assert services["topic"]["depends_on"]["redpanda"]["condition"] == "service_healthy"
    for name, needs in {"producer": {"seed", "topic"}, "consumer": {"topic"}}.items():
        waits = services[name]["depends_on"]
        assert {
            one
            for one, how in waits.items()
            if how["condition"] == "service_completed_successfully"
        } == needs
    assert services["seed"]["volumes"] == services["producer"]["volumes"]


def test_a_worker_has_time_to_drain(compose):
    for name in ("producer", "consumer"):
        assert int(compose["services"][name]["stop_grace_period"].removesuffix("s")) >= 60


def test_the_image_of_the_workers_is_that_of_this_version(compose):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for name in WORKERS:
        service = compose["services"][name]
        assert service["image"] == f"dropship:v{version}"
        build = ROOT / FILE.parent / service["build"]["context"]
        assert (build / service["build"]["dockerfile"]).is_file()


def test_data_outlive_the_container(compose):
    (mount,) = compose["services"]["redpanda"]["volumes"]
    volume, folder = mount.split(":")
    assert folder == "/var/lib/redpanda/data"
    assert volume in compose["volumes"]


def test_it_says_what_the_development_mode_gives_up(flags):
    assert flags["mode"] == "dev-container"
    assert "no fsync" in (ROOT / FILE).read_text(encoding="utf-8")
