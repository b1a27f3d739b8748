"""Three streams of strangers: readings of sensors, events of repositories, versions of accounts.

The same seed gives the same records. Each record is a message key and a payload, as on a topic.
"""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Record = tuple[bytes | None, bytes]
Event = dict[str, Any]

KINDS = (
    "CommitCommentEvent",
    "CreateEvent",
    "DeleteEvent",
    "ForkEvent",
    "GollumEvent",
    "IssueCommentEvent",
    "IssuesEvent",
    "MemberEvent",
    "PublicEvent",
    "PullRequestEvent",
    "PullRequestReviewEvent",
    "PushEvent",
    "ReleaseEvent",
    "SponsorshipEvent",
    "WatchEvent",
)
"""The fifteen kinds of repository events."""
BAD_READINGS = 3
_START = datetime(2024, 3, 1, tzinfo=UTC)
_MODELS = ("TH-1", "TH-2", "BARO-3")


def readings(count: int, seed: int = 1) -> Iterator[Event]:
    """Yield readings of sensors: epoch milliseconds, floats, nulls, lists; three say `n/a`."""
    draw = random.Random(seed)
    for number in range(count):
        at = int(_START.timestamp() * 1_000) + number * 45_000 + draw.randrange(40_000)
        event: Event = {
            "readingId": f"R-{number:07d}",
            "device": {"id": f"dev-{draw.randrange(40):03d}", "model": draw.choice(_MODELS)},
            "ts": at,
            "temperature": round(draw.gauss(21, 3), 3),
            "humidity": None if draw.random() < 0.1 else draw.randrange(20, 90),
            "battery": draw.randrange(0, 100) + draw.choice((0, 0.5)),
            "samples": [[draw.randrange(9), draw.random()] for _row in range(2)],
        }
        if draw.random() < 0.2:
            event["order"] = draw.randrange(5)  # a word of SQL, and optional
        if number % (count // BAD_READINGS) == 7:
            event["temperature"] = "n/a"
        yield event


def repository_events(count: int, seed: int = 2) -> Iterator[Event]:
    """Yield events of repositories: fifteen kinds, each with a payload of its own."""
    draw = random.Random(seed)
    for number in range(count):
        kind = KINDS[number % len(KINDS)] if number < 300 else draw.choice(KINDS)
        owner = f"user{draw.randrange(300)}"
        at = _START + timedelta(seconds=13 * number)
        yield {
            "id": str(24_000_000_000 + number),
            "type": kind,
            "actor": {"id": draw.randrange(10_000), "login": owner},
            "repo": {"id": draw.randrange(500), "name": f"{owner}/repo{draw.randrange(9)}"},
            "payload": _payload(kind, draw),
            "public": True,
            "created_at": at.isoformat().replace("+00:00", "Z"),
        }


def _payload(kind: str, draw: random.Random) -> Event:
    """Return a payload whose keys depend on the kind."""
    stem = kind.removesuffix("Event").lower()
    made: Event = {f"{stem}_id": draw.randrange(10**6), f"{stem}_note": None}
    if kind == "PushEvent":
        made |= {"size": draw.randrange(5), "commits": [{"sha": f"{draw.getrandbits(64):x}"}]}
    elif kind in {"IssuesEvent", "PullRequestEvent", "MemberEvent"}:
        made |= {"action": draw.choice(("opened", "closed")), stem: {"title": "l’été \u00e9"}}
    return made


def accounts(count: int, seed: int = 3) -> Iterator[Event]:
    """Yield versions of accounts, newer ones mostly later; the version counts."""
    draw = random.Random(seed)
    versions: dict[int, int] = {}
    for number in range(count):
        account = 1_000 + draw.randrange(max(count // 4, 1))
        version = versions[account] = versions.get(account, 0) + 1
        if version > 1 and draw.random() < 0.1:
            version -= 1  # an older version that comes late
        at = _START + timedelta(minutes=version, seconds=number)
        event: Event = {
            "account_id": account,
            "owner": {"name": f"Zoë {account}", "email": f"a{account}@example.org"},
            "status": draw.choice(("active", "blocked", "closed", "new")),
            "balance": draw.randrange(10**6) / 100,
            "opened_on": f"20{10 + account % 10}-02-0{1 + account % 9}",
            "version": version,
            "updated_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if draw.random() < 0.3:
            event["limits"] = {"daily": draw.randrange(1, 50) * 100}
        yield event


def records(name: str, count: int) -> list[Record]:
    """Return a stream as records of a topic."""
    makers: dict[str, tuple[Callable[[int], Iterator[Event]], Callable[[Event], str]]] = {
        "iot": (readings, lambda event: event["device"]["id"]),
        "repository": (repository_events, lambda event: event["repo"]["name"]),
        "accounts": (accounts, lambda event: str(event["account_id"])),
    }
    make, key = makers[name]
    return [
        (key(event).encode(), json.dumps(event, ensure_ascii=False).encode())
        for event in make(count)
    ]


STREAMS = ("iot", "repository", "accounts")
