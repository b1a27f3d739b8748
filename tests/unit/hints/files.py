"""Hints about input and output files: seed, orders, reference tables, letters, reports."""

import json
from pathlib import Path

from filelock import FileLock

from core.seed.generate import generate
from core.seed.output import LOCK_NAME
from core.seed.spec import SeedSpec
from tests.support.bench import Bench
from tests.support.events import event
from tests.unit.hints.scenes import SEED, broker, caught, send, tries

PRODUCE = ("produce", "--rate", "0", "--timeout", "5")
COMMAS = "save the file as CSV with commas, UTF-8 and one row a line"


@tries(
    "make one with `dropship --run seed`, or name its folder with --input",
    "name a CSV file, or the folder of orders.csv",
    "check the file",
    "make a new one with `dropship --run seed`",
    "the header must name {names}",
    "rename one of the two",
    COMMAS,
    slow=True,
)
def orders(b: Bench) -> None:
    missing = "make one with `dropship --run seed`, or name its folder with --input"
    with broker(b):
        b.refused(missing, *PRODUCE)
        b.works(*SEED, "--output", "elsewhere")
        b.works(*PRODUCE, "--input", "elsewhere")
        b.works(*SEED)
        b.works(*PRODUCE)
        file = Path("data/seed/orders.csv")
        (b.folder / "folder.csv" / "orders.csv").mkdir(parents=True)
        hint = "name a CSV file, or the folder of orders.csv"
        b.refused(hint, *PRODUCE, "--input", "folder.csv")
        b.works(*PRODUCE, "--input", str(file))
        b.works(*PRODUCE, "--input", str(file.parent))
        # Unreadable to root as well: memory that is not mapped.
        b.refused("check the file", *PRODUCE, "--input", "/proc/self/mem")
        good = file.read_text()
        header, rows = good.split("\n", 1)
        swapped = header.replace("quantity", "id", 1)
        for hint, content in (
            ("the header must name {names}", good.replace("quantity", "number", 1)),
            ("rename one of the two", f"{header},id\n" + rows.replace("\n", ",x\n")),
            (COMMAS, good.replace(",", ";")),
            ("make a new one with `dropship --run seed`", ""),
        ):
            assert swapped != header
            file.write_text(content)
            told = b.refused(hint, *PRODUCE)
            assert told.code == 2
        b.works(*SEED)
        b.works(*PRODUCE)
        names = header.split(",")
        file.write_text(f"{header},note\n" + rows.replace("\n", ",x\n"))
        b.works(*PRODUCE)
        assert len(names) == len(set(names))


@tries("ids are 1 to 64 letters, digits, _ . : -", "or fix the file", "dropship --run seed")
def catalogue(b: Bench) -> None:
    stream = (*PRODUCE, "--mode", "stream", "--limit", "3")
    with broker(b):
        b.refused("dropship --run seed", *stream)
        b.works(*SEED)
        b.works(*stream)
        file = Path("data/seed/inventory.csv")
        good = file.read_text()
        file.write_text("")
        told = b.refused("or fix the file", *stream)
        b.expect("dropship --run seed", told)
        file.write_text(good)
        b.works(*stream)
        import pyarrow as pa

        from core.producer.orders.stream import _check_ids

        hint = "ids are 1 to 64 letters, digits, _ . : -"
        caught(b, hint, lambda: _check_ids(file, pa.array(["PROD 1"], pa.string())))
        _check_ids(file, pa.array(["aZ0_.:-" + "x" * 57], pa.string()))


@tries(
    "or fix the file", "or name its folder with --input", "dropship --run seed", "run `{command}`"
)
def references(b: Bench) -> None:
    told = b.refused("or name its folder with --input", "load")
    b.expect("dropship --run seed", told)
    b.expect("run `{command}`", told)
    b.works(*SEED, "--output", "elsewhere")
    b.works("load", "--input", "elsewhere")
    b.works("seed")
    b.works("load")
    file = Path("data/seed/customers.csv")
    good = file.read_text()
    file.write_text(good.replace("@", "", 1).replace("CUST_000002", "CUST_000001", 1))
    told = b.refused("or fix the file", "load")
    b.expect("dropship --run seed", told)
    file.write_text(good)
    b.works("load")
    file.write_text("")
    b.refused("dropship --run seed", "load")
    b.works("seed")
    b.works("load")


@tries(
    "Wait until it has ended, or give another --output.",
    "Give a folder with --output, or move the file away.",
    "Move the folder away, or give another --output.",
    "Check the folder given with --output.",
    "Give a folder you may write to with --output.",
)
def seed_output(b: Bench) -> None:
    seed = Path("data/seed")
    seed.mkdir(parents=True)
    lock = FileLock(seed / LOCK_NAME)
    with lock:
        hint = "Wait until it has ended, or give another --output."
        b.refused(hint, *SEED)
        b.works(*SEED, "--output", "elsewhere")
    b.works(*SEED)
    # The command line looks at the folder before; the console's form and scripts meet this.
    spec = SeedSpec(customers=2, products=2, orders=2)
    b.file("file")
    for name in ("file", "file/below"):
        hint = "Give a folder with --output, or move the file away."
        caught(b, hint, lambda: generate(spec, Path(name)))  # noqa: B023 - called at once
    Path("file").rename("away.txt")
    generate(spec, Path("file"))
    Path("folder/orders.csv").mkdir(parents=True)
    hint = "Move the folder away, or give another --output."
    b.refused(hint, *SEED, "--output", "folder")
    b.works(*SEED, "--output", "another")
    Path("folder/orders.csv").rename("away")
    b.works(*SEED, "--output", "folder")
    # Refused to root as well: nobody makes folders among the processes.
    b.run(*SEED, "--output", "/proc/nothing")
    b.expect("Check the folder given with --output.", b.told)
    b.refused("Give a folder you may write to with --output.", *SEED, "--output", "/sys/nothing")
    b.works(*SEED, "--output", "yet-another")


@tries("name another place with --output")
def export_place(b: Bench) -> None:
    b.env |= {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "SNOW_ACCOUNT": "a",
        "SNOW_USER": "u",
        "SNOW_ACCESS_TOKEN": "abcdefgh",
    }
    export = ("export-connector", "--timeout", "0.1")
    b.refused("name another place with --output", *export, "--output", "/proc/nothing/sink.json")
    b.works(*export, "--output", "sink.json")


@tries("make room, or name a folder you may write with --reports-dir")
def reports(b: Bench) -> None:
    hint = "make room, or name a folder you may write with --reports-dir"
    b.works("setup")
    b.refused(hint, "validate", "--reports-dir", "/proc/nothing")
    b.gone(hint, "validate", "--reports-dir", "mine")
    assert b.told.fields["report"]
    assert list(Path("mine").iterdir())


@tries(
    "write one with `dropship --run dlq --save FILE`",
    "nothing was published: fix that line, or take it out",
    "name a file in a folder that exists and has room",
    "fix the event at its source, then replay it",
    "dropship --run dlq --replay",
    slow=True,
)
def letters(b: Bench) -> None:
    """Bad records are listed, saved, fixed and replayed, each step as the one before says."""
    from tests.support.decoding import parse_strict

    fix = ("dlq", "--replay", "--yes", "--fix", "letters.jsonl")
    caught(b, "fix the event at its source, then replay it", lambda: parse_strict(b"{"))
    with broker(b) as cluster:
        bad = event(1, quantity=0)
        send(cluster, bad, bad, b"{")
        b.works("consume", "--until-caught-up")
        b.refused("write one with `dropship --run dlq --save FILE`", *fix)
        b.refused(
            "name a file in a folder that exists and has room", "dlq", "--save", "/proc/letters"
        )
        b.works("dlq", "--save", "letters.jsonl")
        hint = "nothing was published: fix that line, or take it out"
        b.refused(hint, *fix)
        file = Path("letters.jsonl")
        fixed = [json.loads(line) for line in file.read_text().splitlines()]
        fixed = [letter for letter in fixed if isinstance(letter["payload"], dict)]
        for letter in fixed:
            letter["payload"]["order"]["quantity"] = 2
        file.write_text("".join(json.dumps(letter) + "\n" for letter in fixed))
        assert b.works(*fix).fields["replayed"] == 2
        assert len(b.works("dlq").fields["dead_letters"]) == 1
        # The last one goes out as it is, and comes back as a letter.
        told = b.run("validate")
        b.expect("dropship --run dlq --replay", told)
        assert b.works("dlq", "--replay", "--yes").fields["replayed"] == 1
        b.works("consume", "--until-caught-up")
        assert len(b.works("dlq").fields["dead_letters"]) == 1
