"""A form over the main screen: fields by name, errors in place, Enter takes it, Escape leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Label

from core.errors import DropshipError
from core.text import N_, _
from tui.widgets.choice import Choice

T = TypeVar("T")


@dataclass(frozen=True)
class Field:
    """One value. name: of the option, as errors name it (`--rate`). hint: units, what empty means.

    choices: the values to choose from; none for a line of text.
    """

    name: str
    label: str
    value: str
    hint: str = ""
    choices: Sequence[str] = ()

    @property
    def widget_id(self) -> str:
        """The id of its widget."""
        return "field-" + self.name.strip("-")


class FormScreen(ModalScreen[T | None], Generic[T]):
    """Dismisses with what `parse` made of the values, or None.

    parse: takes the texts by field name; raises DropshipError that names the field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", N_("save"), id="form.submit", priority=True),
        Binding("escape", "leave", N_("leave them as they were"), id="form.leave"),
        Binding("down", "app.focus_next", N_("next field"), id="form.next", show=False),
        Binding("up", "app.focus_previous", N_("previous field"), id="form.before", show=False),
    ]

    DEFAULT_CSS = """
    FormScreen {
        align: center middle;
        background: $background 60%;

        #form {
            width: 80;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            border: round $border;
            background: $surface;
            padding: 0 2;
        }
        #form-fields { height: auto; max-height: 1fr; }
        .form-row { height: 1; }
        .form-label { width: 14; }
        .form-hint { width: 1fr; color: $text-muted; margin-left: 2; }
        .form-row Input { width: 18; height: 1; border: none; padding: 0; }
        .form-row Choice { width: 30; }
        .form-row.-wrong .form-label { color: $text-error; text-style: bold; }
        #form-error { color: $text-error; height: auto; }
        #form-keys { color: $text-muted; }
        #form-buttons { height: 1; align-horizontal: right; }
    }
    """

    def __init__(
        self, title: str, fields: Sequence[Field], parse: Callable[[Mapping[str, str]], T]
    ) -> None:
        super().__init__()
        self._title = title
        self._fields = fields
        self._parse = parse

    def compose(self) -> ComposeResult:
        """Yield the fields, a line for errors, and the keys."""
        with Vertical(id="form") as box:
            box.border_title = self._title
            with VerticalScroll(id="form-fields", can_focus=False):
                for field in self._fields:
                    with Horizontal(classes="form-row", id="row-" + field.widget_id):
                        yield Label(field.label, classes="form-label", markup=False)
                        yield _widget(field)
                        yield Label(field.hint, classes="form-hint", markup=False)
            yield Label("", id="form-error", markup=False)
            yield Label(_("Enter saves, Esc cancels, Tab moves"), id="form-keys")
            with Horizontal(id="form-buttons"):
                yield Button(_("OK"), id="form-ok", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Begin with the first field."""
        self._widget_of(self._fields[0]).focus()

    def on_button_pressed(self, _event: Button.Pressed) -> None:
        """Take the values with the mouse."""
        self.action_submit()

    def action_submit(self) -> None:
        """Take the values, or say which cannot be used."""
        texts = {field.name: self._text(field) for field in self._fields}
        try:
            result = self._parse(texts)
        except DropshipError as error:
            self._refuse(error)
            return
        self.dismiss(result)

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)

    def _refuse(self, error: DropshipError) -> None:
        text = error.message + (f" · {error.hint}" if error.hint else "")
        self.query_one("#form-error", Label).update(text)
        wrong = [field for field in self._fields if field.name in error.message.split()]
        wrong = wrong or [f for f in self._fields if error.message.startswith(f"{f.name}:")]
        for field in self._fields:
            self.query_one("#row-" + field.widget_id).set_class(field in wrong, "-wrong")
        if wrong:
            self._widget_of(wrong[0]).focus()

    def _widget_of(self, field: Field) -> Widget:
        return self.query_one("#" + field.widget_id)

    def _text(self, field: Field) -> str:
        widget = self._widget_of(field)
        value = widget.value if isinstance(widget, Input | Choice) else ""
        return value.strip()


def _widget(field: Field) -> Widget:
    if field.choices:
        return Choice(field.choices, field.value, id=field.widget_id)
    return Input(field.value, id=field.widget_id, select_on_focus=True)
