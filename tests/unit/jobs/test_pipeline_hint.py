"""A pipeline whose result is bad tells what fixes the part that is, and nothing of the others."""

from core.jobs.pipeline import PipelineResult
from core.jobs.produce import ProduceResult
from core.producer.failures import DeliveryFailure
from core.producer.snapshot import ProducerSnapshot

LAST = ProducerSnapshot(failures=(DeliveryFailure("too large", 3, "raise max.message.bytes"),))


def test_the_hint_of_the_part_that_is_bad_is_that_of_the_whole() -> None:
    bad = PipelineResult({"produce": ProduceResult(LAST, "3 events were not delivered")}, "bad")
    assert bad.hint == "raise max.message.bytes"


def test_a_part_that_is_good_has_no_hint() -> None:
    good = PipelineResult({"produce": ProduceResult(LAST, "")}, "")
    assert good.hint == ""
