"""Three streams of strangers: readings of sensors, events of repositories, changes of accounts.

The same seed gives the same records: a message key and a payload, which a tombstone has not.
"""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Record = tuple[bytes | None, bytes | None]
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


def accounts(count: int, seed: int = 3) -> Iterator[tuple[int, Event | None]]:
    """Yield the changes of a table of accounts as Debezium tells them; None: a tombstone.

    A snapshot (`r`), then accounts that are created, updated, deleted and created again. As after a
    crash of the connector, some changes come once more behind newer ones, some behind the delete.
    """
    draw = random.Random(seed)
    rows: dict[int, Event] = {}
    told: list[tuple[int, Event]] = []
    out, lsn = 0, 24_023_128
    while out < count:
        lsn += draw.randrange(8, 400)
        account = 1_000 + draw.randrange(max(count // 6, 1))
        row = rows.get(account)
        again = draw.random() < 0.08 and told
        if again:
            account, event = draw.choice(told[-40:])
        elif row is not None and draw.random() < 0.18:
            gone = dict.fromkeys(row) | {"account_id": account}
            event = _change("d", lsn, gone, None)
            del rows[account]
        else:
            rows[account] = _account(account, row, lsn, draw)
            first = "r" if out < count // 8 else "c"
            event = _change(first if row is None else "u", lsn, None, rows[account])
        yield account, event
        out += 1
        told.append((account, event))
        if event["op"] == "d" and out < count:
            yield account, None
            out += 1


def _account(account: int, row: Event | None, lsn: int, draw: random.Random) -> Event:
    """Return a version of an account: decimals as text, times since 1970."""
    at = int(_START.timestamp() * 1_000) + lsn - 24_000_000
    return {
        "account_id": account,
        "owner_name": f"Zoë {account}",
        "owner_email": f"a{account}@example.org",
        "status": draw.choice(("active", "blocked", "closed", "new")),
        "balance": f"{draw.randrange(-(10**4), 10**6) / 100:.2f}",
        "opened_at": 1_300_000_000_000_000 + account * 1_000_003,
        "updated_at": at,
        "daily_limit": None if row is None else draw.randrange(1, 50) * 100,
        "closing_note": None,
    }


def _change(kind: str, lsn: int, before: Event | None, after: Event | None) -> Event:
    at = int(_START.timestamp() * 1_000) + lsn - 24_000_000
    source = {
        "version": "3.0.0.Final",
        "connector": "postgresql",
        "name": "bank",
        "ts_ms": at,
        "snapshot": "true" if kind == "r" else "false",
        "db": "bank",
        "sequence": f'["{lsn - 8}","{lsn}"]',
        "schema": "public",
        "table": "accounts",
        "txId": lsn // 500,
        "lsn": lsn,
        "xmin": None,
    }
    return {
        "before": before,
        "after": after,
        "source": source,
        "transaction": None,
        "op": kind,
        "ts_ms": at + 240,
    }


def records(name: str, count: int) -> list[Record]:
    """Return a stream as records of a topic."""
    if name == "accounts":
        return [
            (_json({"account_id": account}), None if event is None else _json(event))
            for account, event in accounts(count)
        ]
    makers: dict[str, tuple[Callable[[int], Iterator[Event]], Callable[[Event], str]]] = {
        "iot": (readings, lambda event: event["device"]["id"]),
        "repository": (repository_events, lambda event: event["repo"]["name"]),
    }
    make, key = makers[name]
    return [(key(event).encode(), _json(event)) for event in make(count)]


def _json(value: Event) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


STREAMS = ("iot", "repository", "accounts")
