"""How a run ended, for its exit code and its error: the one place that weighs the reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.cli.output import Fault
from core.cli.signals import exit_code_of, name_of
from core.errors import DropshipError, ExitCode
from core.failures import explained
from core.text import _, clean, ngettext
from core.text.number_format import count
from core.threads import ThreadFailure

ExitStatus = tuple[int, Fault | None]


def of_result(bad: str, signal: int | None, hint: str = "") -> ExitStatus:
    """Judge a run that came to its end. A bad result outweighs the signal that ended it.

    hint: what fixes a bad result, where the job knows.
    """
    if bad:
        return ExitCode.BAD_RESULT, Fault("bad_result", clean(bad), clean(hint))
    if signal is None:
        return ExitCode.OK, None
    return _interrupted(signal)


def of_error(error: BaseException, signal: int | None, known: Mapping[str, object]) -> ExitStatus:
    """Judge a run that an error ended.

    After a signal, a broker or warehouse that was out of reach is not reported, unless events that
    were sent stayed undelivered.
    """
    if isinstance(error, DropshipError):
        if signal is not None and error.transient and not known.get("failed"):
            return _interrupted(signal)
        # Wrong settings come several at a time (core.config.errors, which is heavy to import).
        several = tuple(
            (clean(getattr(one, "message", one)), clean(getattr(one, "hint", "")))
            for one in _problems(error)
        )
        if several and not any(hint for _message, hint in several):
            several = (*several[:-1], (several[-1][0], clean(error.hint)))
        fault = Fault(error.kind, clean(error.message), clean(error.hint), several)
        return error.exit_code, fault
    return ExitCode.INTERNAL, Fault("internal", explained(error)[0])


def of_threads(failed: Sequence[ThreadFailure]) -> ExitStatus:
    """Judge a run that came to its end, while threads beside it had failed."""
    told = [_("thread {name} failed: {error}").format(name=f.thread, error=f.error) for f in failed]
    return ExitCode.INTERNAL, Fault("internal", _("; ").join(told))


def forced(signal: int, known: Mapping[str, object] | None = None) -> tuple[int, Fault]:
    """Judge a run that a second signal ended at once."""
    message = _("ended at once by a second {signal}; what was under way is not confirmed")
    text = message.format(signal=name_of(signal))
    unstored = (known or {}).get("unstored")
    if isinstance(unstored, int) and unstored:
        lost = ngettext(
            "{count} record of the embedded broker is not stored and is lost",
            "{count} records of the embedded broker are not stored and are lost",
            unstored,
        )
        text = f"{text}; {lost.format(count=count(unstored))}"
    return exit_code_of(signal), Fault("interrupted", text)


def _interrupted(signal: int) -> ExitStatus:
    message = _("ended by {signal} after a clean drain").format(signal=name_of(signal))
    return exit_code_of(signal), Fault("interrupted", message)


def _problems(error: DropshipError) -> tuple[Any, ...]:
    return tuple(getattr(error, "problems", ()))
