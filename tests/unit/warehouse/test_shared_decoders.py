"""Threads that decode a type for the first time at once: it must not end the process."""

import subprocess
import sys

_MANY = """
import sys, threading
from dataclasses import make_dataclass
import msgspec
from core.warehouse.shared.decoders import Decoders

sys.setswitchinterval(1e-6)
for number in range(100):
    inner = make_dataclass(f"Inner{number}", [(f"field{one}", int, 0) for one in range(10)])
    kind = msgspec.defstruct(f"Kind{number}", [("inner", inner | None, None), ("last", int, 0)])
    decoders, together = Decoders(), threading.Barrier(4)

    def decode():
        together.wait()
        assert decoders.decode(msgspec.msgpack.encode({"last": 3}), kind).last == 3

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
"""


def test_a_type_that_several_threads_meet_first_at_once_ends_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MANY], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
