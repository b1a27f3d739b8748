"""Jobs handle records by the ten thousand: searching through them for garbage is put off."""

import subprocess
import sys

_RUN_A_JOB = """
import gc
from core.cli.job_runner import JobRunner

runner = JobRunner("stop", None, None)  # ends at once, for want of options
runner.start()
runner.join()
searches = []
gc.callbacks.append(lambda phase, _about: searches.append(phase))
held = [[] for _ in range(40_000)]
few = len(searches)
held += [[] for _ in range(20_000)]
print(gc.isenabled(), few, len(searches) > few, gc.get_freeze_count() > 10_000)
"""


def test_a_job_searches_for_garbage_seldom_and_not_in_what_is_loaded() -> None:
    run = [sys.executable, "-c", _RUN_A_JOB]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["True", "0", "True", "True"]
