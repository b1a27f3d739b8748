"""`stop`: ends the service of a data directory cleanly, and waits for its end."""

from dataclasses import dataclass

from core.jobs.base import JobContext, Summary
from core.jobs.options import NoOptions
from core.service.client import Connection, NoServiceError
from core.service.place import is_free
from core.text import _, clean
from core.text.number_format import span

_TICK_S = 0.1
_WITHIN_S = 180.0
"""How long a service may take: it stores what its own broker holds."""

Options = NoOptions


@dataclass(frozen=True)
class StopResult:
    """Which service ended, and how long that took (seconds)."""

    pid: int
    since: str
    took_s: float

    @property
    def bad(self) -> str:
        """Nothing: it has ended."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {"pid": self.pid, "since": clean(self.since), "took_s": round(self.took_s, 3)}

    def summary(self) -> Summary:
        """Return one line."""
        line = _("the service (process {pid}) has ended after {time}")
        return Summary(lines=(line.format(pid=self.pid, time=span(self.took_s)),))


def run(context: JobContext, _options: Options) -> StopResult:
    """Ask it to end, and wait. Errors: NoServiceError when none runs, or it does not end."""
    paths = context.settings.paths
    began = context.clock.monotonic()
    with Connection(paths) as opened:
        service = opened.service
        opened.ask("stop", (), bool)
    deadline = context.deadline(max(_WITHIN_S, context.settings.timeout_s))
    while not is_free(paths):
        if deadline.expired or context.wait(_TICK_S):
            raise NoServiceError(
                _("the service (process {pid}) has not ended yet").format(pid=service.pid),
                hint=_("it still stores what its broker holds; its log tells how far it is"),
                transient=True,
            )
    return StopResult(service.pid, service.since, context.clock.monotonic() - began)
