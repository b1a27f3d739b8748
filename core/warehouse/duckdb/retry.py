"""Writes that are done again where memory ran out."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from core.warehouse.duckdb.connection import DuckDbFile

P = ParamSpec("P")
R = TypeVar("R")


class OfFile(Protocol):
    """Whatever writes into a file."""

    _db: DuckDbFile


S = TypeVar("S", bound=OfFile)


def again_alone(write: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Do a write again while nobody reads where it ran out of memory."""

    @wraps(write)
    def attempt(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._db.retry_alone(lambda: write(self, *args, **kwargs))

    return attempt
