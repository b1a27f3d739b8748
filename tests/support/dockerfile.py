"""Reads the Dockerfile into its instructions, as far as the tests need it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[2] / "docker" / "Dockerfile"


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continued lines joined. stage: 0 from the first FROM on, -1 before."""

    name: str
    value: str
    stage: int


def instructions() -> list[Instruction]:
    """Return the instructions in order, comments left out."""
    lines = [
        line
        for line in FILE.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("#")
    ]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[Instruction] = []
    stage = -1
    for line in joined.splitlines():
        if not line.strip():
            continue
        name, _space, value = line.partition(" ")
        stage += name == "FROM"
        found.append(Instruction(name, value.strip(), stage))
    return found


def last(name: str) -> Instruction:
    """Return the last instruction of a name: the one that counts."""
    return [one for one in instructions() if one.name == name][-1]


def healthcheck() -> list[str]:
    """Return the command of the health check."""
    return json.loads(last("HEALTHCHECK").value.partition("CMD ")[2])
