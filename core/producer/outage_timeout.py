"""How long a producer waits for a broker that went away."""

from core.errors import BrokerError
from core.producer.delivery import Delivery
from core.text import _, ngettext


class OutageTimeout:
    """Ends a run whose broker stays away for too long: `limit_s` seconds, None never."""

    def __init__(self, limit_s: float | None) -> None:
        self._limit_s = limit_s
        self._since: float | None = None

    def check(self, delivery: Delivery, now: float) -> None:
        """Raise BrokerError once no broker could be reached for the whole limit."""
        if not delivery.down:
            self._since = None
            return
        if self._since is None:
            self._since = now
        if self._limit_s is not None and now - self._since >= self._limit_s:
            waited = round(now - self._since)
            raise BrokerError(
                ngettext(
                    "no broker for {seconds} second: {reason}",
                    "no broker for {seconds} seconds: {reason}",
                    waited,
                ).format(seconds=waited, reason=delivery.down),
                hint=_(
                    "check that the brokers run, and that the address named here can be reached"
                ),
                transient=True,
            )
