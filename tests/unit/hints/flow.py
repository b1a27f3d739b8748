"""Hints that come up while records flow: brokers, producers, consumers, merge, checks."""

from pathlib import Path

from core.config.load import load_settings
from core.operations.backends import Backends
from core.process_lock import ProcessLock
from tests.support.bench import Bench
from tests.support.events import event
from tests.unit.hints.scenes import SEED, TOPIC, broker, caught, send, tries

PRODUCE = ("produce", "--rate", "0", "--timeout", "5")


@tries(
    "start one in another terminal with `dropship --run broker`, run everything in one process "
    "with `dropship --run pipeline`, or set KAFKA_BOOTSTRAP_SERVERS",
    "start one in another terminal with `dropship --run broker`",
    "use that one, end it, or choose another --data-dir",
    "check KAFKA_BOOTSTRAP_SERVERS and that the broker runs",
)
def brokers(b: Bench) -> None:
    none = (
        "start one in another terminal with `dropship --run broker`, run everything in one process "
        "with `dropship --run pipeline`, or set KAFKA_BOOTSTRAP_SERVERS"
    )
    consume = ("consume", "--until-caught-up", "--timeout")
    away = "check KAFKA_BOOTSTRAP_SERVERS and that the broker runs"
    b.refused(none, *consume, "0.1")
    caught(
        b,
        "start one in another terminal with `dropship --run broker`",
        lambda: Backends(read_only=True).open_broker(_context()),
    )
    b.refused(away, *consume, "0.1", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    with broker(b) as cluster:
        b.works(*consume, "5")
        backends = Backends(read_only=True)
        assert backends.open_broker(_context())
        backends.close()
        b.works(*SEED)
        b.works(*PRODUCE, KAFKA_BOOTSTRAP_SERVERS=cluster.bootstrap_servers)
        held = "use that one, end it, or choose another --data-dir"
        b.stop.set()  # so that a broker ends as soon as it serves
        b.refused(held, "broker")
        b.works("broker", "--data-dir", "another")
    b.works("broker")


def _context():
    from core.jobs.base import JobContext

    return JobContext(load_settings(environ={}))


@tries("end that one first, or use a Kafka cluster (KAFKA_BOOTSTRAP_SERVERS)")
def one_publisher(b: Bench) -> None:
    hint = "end that one first, or use a Kafka cluster (KAFKA_BOOTSTRAP_SERVERS)"
    b.works(*SEED)
    with broker(b) as cluster:
        other = ProcessLock(load_settings(environ={}).paths.producer_lock)
        b.refused(hint, "produce", "--rate", "0", "--timeout", "0.2")
        # The same broker, as a cluster: the product knows of no limit there.
        b.works(*PRODUCE, KAFKA_BOOTSTRAP_SERVERS=cluster.bootstrap_servers)
        other.release()
        b.works(*PRODUCE)


@tries(
    "choose a folder that can be written with --data-dir",
    "make room, or choose another --data-dir",
)
def unwritable(b: Bench) -> None:
    hint = "choose a folder that can be written with --data-dir"
    b.refused(hint, "setup", "--data-dir", "/proc/nothing")
    b.works("setup", "--data-dir", "mine")
    # What stands where a file must go cannot be replaced, by root either.
    Path("data/broker.json/x").mkdir(parents=True)
    b.stop.set()
    b.refused("make room, or choose another --data-dir", "broker")
    b.works("broker", "--data-dir", "mine")


@tries(
    "dropship --run transform",
    "dropship --run load",
    "dropship --run consume --until-caught-up",
    "dropship --run validate --repair",
    "the broker must be up: the topic has their bytes",
    "nothing in reach has their bytes: restore a copy of the warehouse",
    "run `{command}`",
    slow=True,
)
def checks(b: Bench) -> None:
    """Each check that fails names the command, and the command fixes it."""
    b.works(*SEED)
    b.works("setup")
    with broker(b) as cluster:
        b.works(*PRODUCE)
        told = b.run("validate")
        b.expect("dropship --run consume --until-caught-up", told)
        b.works("consume", "--until-caught-up")
        told = b.run("validate")
        b.expect("dropship --run transform", told)
        b.expect("run `{command}`", told)
        b.works("transform")
        told = b.run("validate")
        b.expect("dropship --run load", told)
        b.works("load")
        told = b.run("validate")
        assert told.code == 0, told
        send(cluster, event(9))
        b.works("consume", "--until-caught-up")
        b.works("transform")
        _damage("ORDER_000009", "ORDER_000008")
        told = b.run("validate")
        b.expect("dropship --run validate --repair", told)
        b.expect("the broker must be up: the topic has their bytes", told)
        b.run("validate", "--repair")
        told = b.run("validate")
        assert told.fields["checks"]["content"]["status"] == "PASS", told
        copy = Path("data/warehouse.duckdb").read_bytes()
        _damage("ORDER_000009", "ORDER_000008")
    lost = "nothing in reach has their bytes: restore a copy of the warehouse"
    with broker(b):
        b.refused(lost, "validate")
        Path("data/warehouse.duckdb").write_bytes(copy)
        told = b.gone(lost, "validate")
        assert told.fields["checks"]["content"]["status"] == "PASS", told


def _damage(old: str, new: str) -> None:
    import duckdb

    with duckdb.connect("data/warehouse.duckdb") as connection:
        connection.execute(
            "UPDATE mon_schema.orders_events SET payload = replace(payload, ?, ?)", [old, new]
        )


@tries("check the KAFKA_CONF_ settings")
def client_settings(b: Bench) -> None:
    """The settings are checked before; this is what only the client itself refuses."""
    from core.producer.delivery import Delivery

    hint = "check the KAFKA_CONF_ settings"
    right = {"bootstrap.servers": "127.0.0.1:1"}
    caught(b, hint, lambda: Delivery({**right, "throttle_cb": "never"}, TOPIC))
    Delivery(right, TOPIC).close()
