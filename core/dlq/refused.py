"""What is said of dead letters that a broker refused, and of those that went out all the same."""

from confluent_kafka import KafkaError, KafkaException

from core.broker.clients import kafka_error
from core.errors import BrokerError, ExitCode
from core.producer.failure_counts import FailureCounts, write_right
from core.producer.failures import hints, in_words
from core.text import _, clean, ngettext
from core.text.number_format import count
from core.warehouse.model import StoredDeadLetter


class LettersRefusedError(BrokerError):
    """A broker that runs did not take some letters; the others were published."""

    kind = "undelivered"
    exit_code = ExitCode.BAD_RESULT


class Refused:
    """Letters that were refused: how many, why, and where the first of them came from."""

    def __init__(self, topic: str) -> None:
        self._tally = FailureCounts(topic)
        self._first: StoredDeadLetter | None = None

    @property
    def total(self) -> int:
        """How many there are."""
        return self._tally.total

    def add(self, letter: StoredDeadLetter, error: KafkaError) -> None:
        """Count one."""
        if self._first is None:
            self._first = letter
        self._tally.add(error)

    def error(self, published: int) -> BrokerError:
        """Return them as an error; published: letters that went out."""
        failures = self._tally.failures
        what = ngettext(
            "{count} dead letter was not delivered, from {where}",
            "{count} dead letters were not delivered, the first from {where}",
            self.total,
        ).format(count=count(self.total), where=_where(self._first))
        forbidden = not published and all(entry.of_rights for entry in failures)
        unanswered = any(entry.unanswered for entry in failures)
        return (BrokerError if forbidden or unanswered else LettersRefusedError)(
            _("{what}: {why}").format(what=what + published_too(published), why=in_words(failures)),
            hint=hints(failures),
            transient=unanswered,
        )


def broken_by(error: KafkaException, topic: str, published: int) -> BrokerError:
    """Return what ended the client of a replay. published: letters that went out before."""
    cause = error.args[0]
    need = write_right(cause, topic) if isinstance(cause, KafkaError) else ""
    return kafka_error(error, _("replaying dead letters") + published_too(published), need=need)


def published_too(published: int) -> str:
    """Return what was published all the same, to be added to a message; nothing if none."""
    if not published:
        return ""
    return ngettext(" ({count} was published)", " ({count} were published)", published).format(
        count=count(published)
    )


def _where(letter: StoredDeadLetter | None) -> str:
    return (
        "-" if letter is None else f"{clean(letter.topic, 80)}/{letter.partition}/{letter.offset}"
    )
