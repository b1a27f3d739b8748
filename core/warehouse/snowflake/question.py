"""A person's question to Snowflake: what `core.warehouse.reading` lets through, bounded in time.

Snowflake has no transaction that only reads, so a role that may only read is the surer way where
others use the console (docs/snowflake.md); what begins or makes a write is refused here before it
is sent. A question wakes the warehouse, which is billed for a minute at least.
"""

from threading import Lock, Thread, current_thread

from snowflake.connector import errors as driver

from core.errors import CancelledError, UsageError, WarehouseError
from core.text import _
from core.warehouse.questions import Found, Question
from core.warehouse.reading import check_reading
from core.warehouse.snowflake.session import Sessions

_CANCELLED = frozenset({604, 630})


class Questions:
    """Asks in the session of the calling thread. `cancel` ends one by its id, from any thread."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._guard = Lock()
        self._under_way: dict[str, Thread] = {}
        self._cancelled: set[str] = set()

    def ask(self, question: Question) -> Found:
        """Return what a question finds. Errors: UsageError, CancelledError, WarehouseError."""
        sql = check_reading(question.sql, remote=True)
        with self._guard:
            self._under_way[question.id] = current_thread()
        try:
            return self._sessions.mine().found(sql, question)
        except WarehouseError as error:
            raise self._told(question, error) from error
        finally:
            with self._guard:
                self._under_way.pop(question.id, None)
                self._cancelled.discard(question.id)

    def cancel(self, question_id: str) -> None:
        """End a question; blocks until Snowflake was told."""
        with self._guard:
            thread = self._under_way.get(question_id)
            if thread is not None:
                self._cancelled.add(question_id)
        if thread is not None:
            self._sessions.cancel_of(thread)

    def _told(
        self, question: Question, error: WarehouseError
    ) -> UsageError | CancelledError | WarehouseError:
        cause = error.__cause__
        with self._guard:
            cancelled = question.id in self._cancelled
        if cancelled:
            return CancelledError(_("the query was cancelled"))
        if isinstance(cause, driver.Error) and cause.errno in _CANCELLED:
            return CancelledError(
                _("the query took longer than {seconds} s and was ended").format(
                    seconds=f"{question.seconds:g}"
                ),
                hint=_("narrow it, or give it a longer time limit"),
            )
        if isinstance(cause, driver.ProgrammingError) and not error.transient:
            return UsageError(error.message, hint=_("change the statement"))
        return error
