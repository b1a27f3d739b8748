"""Chooses another context: the present one is left as `q` leaves it, then the other is opened."""

import argparse
from collections.abc import Callable
from typing import Any, Protocol, cast

from textual.screen import Screen

from core.config.contexts import Context, context_named, contexts_file, read_contexts
from core.errors import DropshipError
from core.operations.base import PipelineController
from core.text import _, clean
from tui.commands import Command
from tui.dialogs.choose import ChooseScreen


class _Desk(Protocol):
    """What is needed of the application beside."""

    controller: PipelineController

    def push_screen(
        self, screen: Screen[Any], callback: Callable[[Any], object] = ...
    ) -> object: ...

    def refuse(self, message: str) -> None: ...

    def tell(self, message: str) -> None: ...

    def leave_for(self, context: Context | None) -> None: ...

    def call_later(self, callback: Callable[..., object], *args: object) -> bool: ...


class Switching:
    """Part of the application. next_context: what is opened once it has ended; None: nothing."""

    next_context: Context | None = None

    def context_command(self) -> Command:
        """Return the command that chooses a context."""
        takes = _("a name; without one all are listed")
        return Command("context", takes, self._named, _names)

    def action_contexts(self) -> None:
        """Choose a context from the list of all."""
        try:
            self._listed()
        except DropshipError as error:
            told = f"{error.message} · {error.hint}" if error.hint else error.message
            cast("_Desk", self).refuse(told)

    def _named(self, name: str) -> None:
        """Go to a context. Errors: UsageError, SettingsError."""
        desk = cast("_Desk", self)
        if not name:
            desk.call_later(self.action_contexts)
            return
        file = contexts_file()
        chosen = context_named(name, read_contexts(file), file)
        desk.call_later(self._go, chosen)

    def _listed(self) -> None:
        desk = cast("_Desk", self)
        file = contexts_file()
        contexts = read_contexts(file)
        if not contexts:
            context_named("", contexts, file)
        here = desk.controller.settings.paths.data.absolute()
        present = next((one.name for one in contexts if one.data_dir == here), "")
        choices = [(one.name, f"{one.name}  {clean(one.data_dir, 200)}") for one in contexts]

        def taken(name: str | None) -> None:
            if name is not None:
                self._go(context_named(name, contexts, file))

        desk.push_screen(ChooseScreen(_("Contexts"), choices, present), taken)

    def _go(self, context: Context) -> None:
        """Leave for another context; its work is asked about as when the console is quit."""
        desk = cast("_Desk", self)
        if context.data_dir == desk.controller.settings.paths.data.absolute():
            desk.tell(_("This is context {name} already.").format(name=context.name))
            return
        desk.leave_for(context)


def _names() -> list[str]:
    """Return the names of all contexts; none where their file cannot be read."""
    try:
        return [one.name for one in read_contexts(contexts_file())]
    except DropshipError:
        return []


def arguments_for(context: Context, options: argparse.Namespace) -> list[str]:
    """Return the options that open the console of a context as this one was opened.

    What belongs to the data directory is that of the context, the rest stays.
    """
    given: dict[str, object] = {
        "data-dir": context.data_dir,
        "env-file": context.env_file,
        "pipeline": context.pipeline,
        "reports-dir": context.reports_dir,
        "lang": getattr(options, "lang", None),
        "timeout": getattr(options, "timeout", None),
        "metrics-port": getattr(options, "metrics_port", None),
    }
    flags = [name for name in ("ascii", "no_color", "read_only") if getattr(options, name, False)]
    return [
        *(f"--{name}={value}" for name, value in given.items() if value is not None),
        *(f"--{name.replace('_', '-')}" for name in flags),
    ]
