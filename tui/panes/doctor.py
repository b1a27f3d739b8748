"""The doctor pane: checks of everything around the pipeline, and the settings in force."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.doctor.model import Finding, Status
from core.operations.effective_settings import EffectiveSetting
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _, clean
from tui.commands import Command, one_of
from tui.dialogs.row_details import RowDetails
from tui.dialogs.settings_form import SettingForm, saved_text
from tui.export_tables import Cells, Sheet, whole
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.doctor import doctor_head, finding_details, findings_table, settings_table
from tui.views.frame import Frame


def _finding(found: Finding) -> Cells:
    return found.name, found.status.value, whole(found.detail), whole(found.hint)


def _setting(setting: EffectiveSetting) -> Cells:
    return setting.name, whole(setting.value), whole(setting.where) or "default"


class DoctorPane(RowsPane):
    """Runs the doctor, and shows settings with where they come from."""

    NAME, NUMBER, TITLE, EXTRA = "doctor", "0", N_("Doctor"), True
    SHEETS: ClassVar[Mapping[str, Sheet]] = {
        "doctor": Sheet("check status found fix", _finding),
        "settings": Sheet("setting value from", _setting),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "examine", N_("check everything"), id="doctor.run"),
        Binding(
            "tab",
            "switch",
            N_("settings"),
            id="doctor.switch",
            tooltip=N_("checks, or the settings"),
        ),
        Binding(
            "e",
            "edit",
            N_("edit"),
            id="doctor.edit",
            tooltip=N_("change the setting under the cursor in its file"),
        ),
        Binding(
            "x",
            "reset",
            N_("default"),
            id="doctor.reset",
            tooltip=N_("take the setting out of its file: the default holds again"),
        ),
    ]

    CHANGES = frozenset({"doctor.edit", "doctor.reset"})

    def __init__(self) -> None:
        super().__init__()
        self._settings = False
        self._read: object = None

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the verdict."""
        return doctor_head(now, frame, settings=self._settings)

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of."""
        return (self._read,) if self._settings else ("checks", now.explored.doctor.result)

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return checks or settings."""
        if self._settings:
            return settings_table(self.controller.configuration.listed())
        found = now.explored.doctor.result or ()
        return findings_table(found, frame)

    @property
    def sheet(self) -> str:
        """Checks or settings."""
        return "settings" if self._settings else "doctor"

    def status(self, now: ControllerSnapshot) -> str:
        """Return the verdict in a word."""
        if now.explored.doctor.running:
            return _("checking")
        found = now.explored.doctor.result
        if found is None:
            return ""
        worst = [status for status in Status if any(one.status is status for one in found)]
        return worst[-1].value if worst else ""

    def open_row(self, row: Row) -> None:
        """Show a check or a setting in full."""
        source = row.source
        if isinstance(source, (Finding, EffectiveSetting)):
            self.show_details(
                RowDetails(
                    clean(source.name, 60),
                    lambda frame: finding_details(source, frame),
                    self.frame_now(),
                )
            )

    def action_examine(self) -> None:
        """Check everything."""
        self.controller.explorer.examine()
        self.console.tick()

    def action_switch(self) -> None:
        """Show checks or settings."""
        self._settings = not self._settings
        self._read = object()
        self.rows_view.start_over()
        self.console.tick()

    @property
    def part(self) -> str:
        """Checks or settings."""
        return self.sheet

    def show_part(self, part: str) -> None:
        """Show checks or settings."""
        if part and part != self.sheet:
            self.action_switch()

    def usable(self, action: str, now: ControllerSnapshot) -> bool:  # noqa: ARG002 - whatever the moment
        """Whether a key does something: only settings are changed."""
        return self._settings or action not in self.CHANGES

    def commands(self) -> Sequence[Command]:
        """Return what the command line takes for this pane."""
        return (
            Command("settings", "", lambda _argument: self.app.call_later(self._go_to_settings)),
            Command("set", _("the name of a setting"), self._edit_named),
        )

    def _go_to_settings(self) -> None:
        self.console.go_to(self.NAME)
        self.show_part("settings")

    def _edit_named(self, argument: str) -> None:
        """Ask for the value of a setting. Errors: UsageError.

        The value is never typed into the line, which is remembered: it may be a secret.
        """
        names = [one.name for one in self.controller.configuration.listed()]
        name = one_of(argument.upper(), [argument.upper()] if argument.upper() in names else names)
        self.app.call_later(self._edit_there, name)

    def _edit_there(self, name: str) -> None:
        self._go_to_settings()
        self._edit(name)

    def action_edit(self) -> None:
        """Change the setting under the cursor."""
        row = self.rows_view.current
        if self._settings and row is not None:
            self._edit(row.key)

    def _edit(self, name: str) -> None:
        shown = self._changeable(name)
        if shown is not None:
            form = SettingForm(shown, self.controller.configuration)
            self.app.push_screen(form, lambda changes: self._given(shown, changes))

    def _given(self, shown: EffectiveSetting, changes: Mapping[str, str] | None) -> None:
        """Save what was typed; nothing typed for a secret leaves it as it is."""
        if changes is not None and not (shown.secret and not changes[shown.name]):
            self._save(changes)

    def action_reset(self) -> None:
        """Take the setting under the cursor out of its file."""
        row = self.rows_view.current
        shown = self._changeable(row.key) if self._settings and row is not None else None
        if shown is None:
            return
        if not shown.where:
            self.console.refuse(_("{name} is not set.").format(name=clean(shown.name, 80)))
            return
        lines = [_("Its line is removed; comments stay.")]
        self.console.confirm(
            False,
            _("Take {name} out of {where}?").format(
                name=clean(shown.name, 80), where=clean(shown.where, 200)
            ),
            lines,
            lambda: self._save({shown.name: ""}),
        )

    def _changeable(self, name: str) -> EffectiveSetting | None:
        """Return a setting that may be changed; say why where it may not."""
        if self.controller.read_only:
            self.console.refuse(_("read-only: nothing can be changed here"))
            return None
        found = {one.name: one for one in self.controller.configuration.listed()}
        shown = found.get(name)
        if shown is None or not shown.fixed:
            return shown
        told = _("{name} is set in the environment: change it there.")
        if shown.name.startswith("--"):
            told = _("{name} is an option of the command line.")
        elif not shown.where:
            told = _("{name} cannot be changed: this process does not know its file.")
        self.console.refuse(told.format(name=clean(shown.name, 80)))
        return None

    def _save(self, changes: Mapping[str, str]) -> None:
        def save() -> None:
            saved = self.controller.configuration.save(changes)
            attached = self.controller.snapshot().attached
            self.console.tell(saved_text(saved, attached=attached))

        self.console.attempt(save)
        self._read = object()
        self.console.tick()
