"""A request that comes again with its number is answered, not run again, as Snowflake does it.

A connector whose reply got lost sends the same request id once more. fakesnow would run the
statement twice; here the second one gets the reply to the first, and waits for it if need be.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

_KEPT = 500


class Answers:
    """The last replies by request id. run: what runs a statement."""

    def __init__(self, run: Callable[[Request], Awaitable[Response]]) -> None:
        self._run = run
        self._replies: OrderedDict[str, asyncio.Task[Response]] = OrderedDict()

    async def once(self, request: Request) -> Response:
        """Run a statement, or return what it was answered."""
        number = request.query_params.get("requestId", "")
        task = self._replies.get(number) if number else None
        if task is None or not _holds(task):
            # The whole body first: the client may be gone when the statement comes to its end.
            await request.body()
            task = asyncio.ensure_future(self._run(request))
            self._replies[number] = task
            while len(self._replies) > _KEPT:
                self._replies.popitem(last=False)
        return await asyncio.shield(task)


def _holds(task: "asyncio.Task[Response]") -> bool:
    """Whether a reply stands; after a failure of the server or a lost session it does not."""
    if not task.done():
        return True
    if task.cancelled() or task.exception() is not None:
        return False
    return b'"code":"39' not in bytes(task.result().body)
