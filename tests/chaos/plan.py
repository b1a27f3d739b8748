"""What goes wrong, and when: drawn from a seed, so that a run can be repeated.

The plan is the same for the same seed and length. What the machine makes of it is not: threads and
processes meet the disturbances at moments of their own.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

EMBEDDED: Mapping[str, int] = {
    "kill consumer": 8,
    "suspend consumer": 3,
    "end consumer": 2,
    "kill producer": 3,
    "suspend producer": 2,
    "broker down": 4,
    "suspend broker": 4,
    "slow broker": 2,
    "refuse requests": 4,
    "second writer": 2,
    "kill merge": 3,
}
"""Disturbances of the embedded pipeline and their weights."""

KAFKA: Mapping[str, int] = {
    "kill consumers": 6,
    "suspend consumers": 3,
    "join": 6,
    "leave": 4,
    "slow warehouse": 4,
    "failing warehouse": 5,
    "lost replies": 5,
    "kill broker": 2,
    "suspend broker": 3,
    "kill producer": 3,
    "suspend producer": 2,
}
"""Disturbances of consumers that share a group on a real Kafka, and their weights."""

SHARED: Mapping[str, int] = {
    "kill holder": 6,
    "suspend holder": 4,
    "end holder": 4,
    "kill consumer": 4,
    "suspend consumer": 3,
    "kill console": 2,
    "suspend console": 2,
    "kill validator": 2,
    "kill producer": 1,
    "remove socket": 3,
    "merge": 3,
}
"""Disturbances of many processes on one warehouse file, and their weights."""


@dataclass(frozen=True)
class Blow:
    """One disturbance: what, how long it lasts or how hard it is (0 to 1), and the rest after it.

    rest_s: undisturbed seconds before the next one.
    """

    what: str
    force: float
    rest_s: float


def blows(seed: int, weights: Mapping[str, int], count: int) -> list[Blow]:
    """Return the disturbances of a run, in order."""
    rng = random.Random(f"{seed} {sorted(weights)}")
    kinds = rng.choices(list(weights), weights=list(weights.values()), k=count)
    return [Blow(what, rng.random(), rng.uniform(0.2, 4.0)) for what in kinds]
