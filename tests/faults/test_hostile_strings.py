"""Fault 33: hostile strings in every outside field, seen on a real terminal and in every output."""

import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from tests.support.events import event
from tests.support.processes import Dropship, commands
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

TOPIC = "orders_topic"
HARMFUL = {
    "colour": "\x1b[35;5mHOSTILE",
    "title": "\x1b]0;HOSTILE\x07",
    "clipboard": "\x1b]52;c;SE9TVElMRQ==\x07",
    "c1": "\x9b35;5mHOSTILE",
    "device": "\x1bP1;1|HOSTILE\x1b\\",
    "bidi": "\u202eELITSOH\u2066",
    "zero_width": "HOS\u200bTI\u2060LE\ufeff",
    "line": "HOSTILE\r\n\u2028HOSTILE\x08\x08",
}
MARKUP = ["[red]HOSTILE[/red]", "[/]HOSTILE", "[@click=app.quit]HOSTILE[/]", "[link=x]HOSTILE"]
EVERY = [*HARMFUL.values(), *MARKUP]
FORBIDDEN = [
    *(b"\x1b[35;5m", b"\x1b]0;HOSTILE", b"\x1b]52;c;SE9TVElMRQ", b"\x1bP1;1|", b"\xc2\x9b"),
    *("\u202e".encode(), "\u2066".encode(), "\u200b".encode(), "\u2060".encode()),
    *("\ufeff".encode(), "\u2028".encode(), b"\x08\x08"),
]


def check(output: bytes) -> None:
    assert [code for code in FORBIDDEN if code in output] == []


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dropship]:
    """Hostile strings in payloads, keys, headers, names of customers and products, and a CSV."""
    folder = tmp_path_factory.mktemp("hostile")
    with commands(folder) as dropship:
        dropship.start_broker()
        load_names(dropship)
        with dropship.broker() as cluster:
            client = Producer(cluster.producer_config())
            for number, text in enumerate(EVERY):
                spoiled = json.loads(event(number))
                for value in (
                    text.encode(),
                    json.dumps(spoiled | {text: text}).encode(),
                    json.dumps(spoiled | {"event_type": text}).encode(),
                    json.dumps(spoiled | {"timestamp": text * 200}, ensure_ascii=False).encode(),
                ):
                    client.produce(TOPIC, value, key=text.encode(), headers=[(text, text.encode())])
            assert client.flush(20) == 0
        assert dropship("consume", "--until-caught-up").done()["dead_lettered"] > 20
        yield dropship


def load_names(dropship: Dropship) -> None:
    """Load reference tables whose every text field is hostile."""
    folder = dropship.folder / "given"
    folder.mkdir()
    text = " ".join([*MARKUP, *(value.replace('"', "") for value in HARMFUL.values())])
    name = f'"{text[:150]}"'
    customers = f"id,name,email,city,country\nCUST_000001,{name},a@b.fr,{name},{name}\n"
    (folder / "customers.csv").write_text(customers, newline="")
    inventory = (
        f"id,product_name,category,price,stock_quantity\nPROD_000001,{name},{name},39.30,4\n"
    )
    (folder / "inventory.csv").write_text(inventory, newline="")
    dropship("load", "--input", str(folder)).done()


@pytest.mark.parametrize("job", ["dlq", "kpis", "validate", "transform"])
def test_fault_33_no_output_of_a_job_holds_a_harmful_character(attacked, job):
    for options in ((), ("--no-color",)):
        ended = attacked(job, *options)
        check(ended.out.encode())
        check(ended.err.encode())
    assert ended.record["job"] == job
    check(attacked.paths.log_file.read_bytes())
    for report in attacked.paths.reports.glob("*"):
        check(report.read_bytes())


def test_fault_33_hostile_cells_and_file_names_are_told_harmless(attacked):
    folder = attacked.folder / "\x1b[35;5mHOSTILE\u202e[red]"
    folder.mkdir()
    rows = "".join(f'"{text}",P,C,1,1.00,2024-05-06T07:08:09Z\n' for text in EVERY)
    header = "id,product_id,customer_id,quantity,unit_price,sold_at\n"
    (folder / "orders.csv").write_text(header + rows.replace('""', '"'), newline="")
    for options in (("--input", str(folder)), ("--input", str(folder / "absent"))):
        ended = attacked("produce", "--rate", "0", *options)
        check(ended.out.encode())
        check(ended.err.encode())
    check(attacked.paths.log_file.read_bytes())


def test_fault_33_every_pane_of_the_console_shows_them_harmless_and_whole(attacked: Dropship):
    attacked("transform").done()
    with Terminal(attacked.folder) as terminal:
        terminal.wait_for("consumer idle")
        seen = len(terminal.output)
        terminal.press("6")
        terminal.wait_for("HOSTILE", since=seen)
        seen = len(terminal.output)
        terminal.press("\t")
        terminal.wait_for("invalid_json", since=seen)
        terminal.press("\r")
        terminal.wait_for("esc close", since=seen)
        terminal.press("q")  # here it closes the details
        for key in "12345789":
            seen = len(terminal.output)
            terminal.press(key)
            terminal.wait_until(lambda seen=seen: len(terminal.output) > seen, key)
        # Nothing hidden in a string has ended it: that takes the key.
        assert terminal.process.poll() is None
        terminal.press("q")
        assert terminal.exit_code() == 0
        output = bytes(terminal.output)
    check(output)
    assert "[red]HOSTILE[/red]" in terminal.text()
    check(attacked.paths.log_file.read_bytes())
