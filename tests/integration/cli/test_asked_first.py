"""What is wrong with options and input files is told before a broker or a warehouse is asked."""

import pytest

from core.producer.orders.encode import ORDER_COLUMNS

pytestmark = pytest.mark.slow

NOBODY = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
WRONG = {
    "no_file": (("produce", "--input", "none"), "none: there is no such file"),
    "no_catalogue": (("produce", "--mode", "stream", "--input", "none"), "none/customers.csv"),
    "semicolons": (("produce", "--input", "semicolons"), "separated by semicolons, not by commas"),
    "tabs": (("produce", "--input", "tabs"), "separated by tabs, not by commas"),
    "load": (("load", "--input", "none"), "none/customers.csv"),
    "load_line": (("load", "--input", "line"), "customers.csv, line 2"),
    "load_semicolons": (("load", "--input", "reference"), "separated by semicolons"),
    "period": (("pipeline", "--start", "2024-02-01", "--end", "2024-01-01"), "--end 2024-01-01"),
    "rate": (("pipeline", "--rate", "1e300"), "--rate"),
    "output": (("pipeline", "--output", "dangling"), "--output: dangling is a link to nowhere"),
    "seed_output": (("seed", "--output", "dangling"), "--output: dangling is a link to nowhere"),
    "link": (("pipeline", "--data-dir", "dangling"), "--data-dir: dangling is a link to nowhere"),
    "reports": (("seed", "--reports-dir", "tabs/orders.csv"), "--reports-dir: tabs/orders.csv"),
}


@pytest.fixture
def folder(dropship):
    for name, sign in (("semicolons", ";"), ("tabs", "\t")):
        (dropship.folder / name).mkdir()
        (dropship.folder / name / "orders.csv").write_text(sign.join(ORDER_COLUMNS) + "\n")
    for name, text in (
        ("line", "id,name,email,city,country\n,x,y,z,w\n"),
        ("reference", "id;name;email;city;country\nCUST_1;x;y;z;w\n"),
    ):
        (dropship.folder / name).mkdir()
        (dropship.folder / name / "customers.csv").write_text(text)
    (dropship.folder / "dangling").symlink_to("nowhere")
    return dropship.folder


@pytest.mark.parametrize("name", WRONG)
def test_it_is_one_line_and_ends_with_2(dropship, folder, name):
    (job, *options), words = WRONG[name]
    ended = dropship("--run", job, "--json", "--timeout", "30", *options, env=NOBODY)
    assert ended.code == 2, ended.err
    assert words in ended.record["error"]["message"]
    assert ended.record["error"]["hint"]
    assert not (folder / "data" / "warehouse.duckdb").exists()
