"""Hints of `init`: its folder, its source of records, its key."""

import json
import subprocess

from tests.support.bench import Bench
from tests.unit.hints.scenes import tries

LINES = '{"id": 1, "name": "a"}\n{"id": 2, "name": "b"}\n'


def made(b: Bench, name: str, file: str, *more: str) -> None:
    """Write a folder from a file; fail unless all went well."""
    told = b.works("init", name, "--from-file", str(b.folder / file), *more)
    assert told.fields["created"] is True


@tries(
    "dropship --run init NAME --from-topic TOPIC, or --from-file FILE",
    "either --from-topic TOPIC or --from-file FILE",
    "name a folder that can be written",
)
def names(b: Bench) -> None:
    b.file("records", LINES)
    b.refused("dropship --run init NAME --from-topic TOPIC, or --from-file FILE", "init")
    hint = "either --from-topic TOPIC or --from-file FILE"
    b.refused(hint, "init", "mine")
    b.refused(hint, "init", "mine", "--from-topic", "t", "--from-file", "records")
    b.refused("name a folder that can be written", "init", "records/in", "--from-file", "records")
    made(b, "folder/in", "records")


@tries(
    "name a file of JSON lines or CSV with --from-file",
    "name a file of JSON lines, or CSV whose first line names the columns",
    "events are JSON objects, one a record or a line, or rows of CSV",
    "write an object a line: jq -c '.[]' {file}",
    "write an object a line: jq -c . {file}",
    "convert it: iconv -f latin1 -t utf-8 {file}",
)
def files(b: Bench) -> None:
    def refused(hint: str, content: str | bytes) -> str:
        b.file("records", content)
        return b.refused(hint, "init", "mine", "--from-file", "records").hints[0]

    b.refused("name a file of JSON lines or CSV with --from-file", "init", "a", "--from-file", "no")
    hint = "name a file of JSON lines, or CSV whose first line names the columns"
    refused(hint, "id,,name\n1,2,3\n")
    b.file("records", "id,name\n1,a\n2,b\n")
    made(b, "table", "records")
    refused("events are JSON objects, one a record or a line, or rows of CSV", "{not}\n{json}\n")
    b.file("records", LINES)
    made(b, "lines", "records")
    events = [json.loads(line) for line in LINES.splitlines()]
    refused("write an object a line: jq -c '.[]' {file}", json.dumps(events))
    b.file("records", "".join(json.dumps(one) + "\n" for one in events))  # as jq writes them
    made(b, "list", "records")
    refused("write an object a line: jq -c . {file}", json.dumps(events[0], indent=2))
    b.file("records", json.dumps(events[0]) + "\n")
    made(b, "document", "records")
    told = refused("convert it: iconv -f latin1 -t utf-8 {file}", b"id,name\n1,\xe9\n2,b\n")
    command = told.partition(": ")[2].split()
    turned = subprocess.run(command, capture_output=True, check=True, cwd=b.folder).stdout
    b.file("records", turned)
    made(b, "latin", "records")


@tries(
    "name one with --key PATH; these are in every event: {paths}",
    "these can: {paths}",
)
def keys(b: Bench) -> None:
    b.file("records", '{"city": "a", "size": 1.5}\n{"city": "a", "size": 2.5}\n')
    source = ("--from-file", "records")
    hint = "name one with --key PATH; these are in every event: {paths}"
    told = b.refused(hint, "init", "mine", *source)
    named = told.hints[0].rpartition(": ")[2]
    told = b.refused("these can: {paths}", "init", "mine", *source, "--key", "size")
    assert told.hints[0].rpartition(": ")[2] == named
    made(b, "mine", "records", "--key", named)


@tries(
    "as --reference devices=devices.csv, several with commas between them",
    "reference tables are loaded from CSV with commas, quotes and a header",
    "a reference table has a key, as id: a column without gaps and repetitions",
    "add [references.{name}] to {file} by hand, or give the new one another name",
)
def references(b: Bench) -> None:
    b.file("records", LINES)
    run = ("init", "mine", "--from-file", "records", "--reference")
    hint = "as --reference devices=devices.csv, several with commas between them"
    b.refused(hint, *run, "names.csv")
    b.file("names.csv", "id;label\n1;a\n2;b\n")
    hint = "reference tables are loaded from CSV with commas, quotes and a header"
    b.refused(hint, *run, "names=names.csv")
    b.file("names.csv", "id,label\n1,a\n1,a\n")
    hint = "a reference table has a key, as id: a column without gaps and repetitions"
    b.refused(hint, *run, "names=names.csv")
    b.file("names.csv", "id,label\n1,a\n2,b\n")
    made(b, "mine", "records", "--reference", "names=names.csv")
    hint = "add [references.{name}] to {file} by hand, or give the new one another name"
    b.refused(hint, *run, "names=names.csv")
    made(b, "other", "records", "--reference", "names=names.csv")
