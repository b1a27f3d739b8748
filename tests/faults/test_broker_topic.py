"""The embedded broker of one pipeline, used for another."""

import pytest

from tests.pipelines.samples import records
from tests.support.processes import Dropship
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_broker_that_was_started_for_another_pipeline_takes_events(dropship: Dropship) -> None:
    file = dropship.folder / "events.jsonl"
    file.write_bytes(b"".join((value or b"") + b"\n" for _k, value in records("repository", 40)))
    dropship("init", "repository", "--from-file", str(file)).done()
    env = {"DROPSHIP_PIPELINE": "repository"}
    dropship.start_broker()
    waiting = dropship.start("consume", "--limit", "40", env=env)
    wait_until(lambda: "does not exist" in waiting.err or waiting.ended, what=waiting.err)
    produced = dropship("produce", "--input", str(file), "--rate", "0", env=env).done()
    assert (produced["topic"], produced["acked"]) == ("repository", 40)
    assert waiting.end().done()["inserted"] == 40
