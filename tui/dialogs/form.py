"""A form over the main screen: fields by name, errors in place, Enter takes it, Escape leaves."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Label

from core.errors import DropshipError, UsageError
from core.text import N_, _
from tui.host import Host
from tui.widgets.choice import Choice

T = TypeVar("T")


@dataclass(frozen=True)
class Field:
    """One value. name: of the option, as errors name it (`--rate`). hint: units, what empty means.

    choices: the values to choose from; none for a line of text. secret: what is typed is not shown.
    fixed: it is shown and cannot be changed.
    """

    name: str
    label: str
    value: str
    hint: str = ""
    choices: Sequence[str] = ()
    secret: bool = False
    fixed: bool = False

    @property
    def widget_id(self) -> str:
        """The id of its widget."""
        return "field-" + self.name.strip("-")


class FieldsError(UsageError):
    """What is wrong with the values of a form: by the names of fields, all of them at once."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        told = (f"{name}: {text.removeprefix(f'{name}: ')}" for name, text in by_field.items())
        super().__init__("; ".join(told))
        self.by_field = by_field


class FormScreen(ModalScreen[T | None], Generic[T]):
    """Dismisses with what `parse` made of the values, or None.

    parse: takes the texts by field name; raises FieldsError, or DropshipError that names the field
    or is about no single one. wide: long labels and values have room. start: what the
    button says that saves and goes ahead at once; without it there is none. started: whether that
    one was taken.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", N_("save"), id="form.submit", priority=True),
        Binding("ctrl+s", "start", N_("save and start"), id="form.start", priority=True),
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
            border-title-color: $text-primary;
            background: $surface;
            padding: 0 2;
        }
        #form-fields { height: auto; max-height: 1fr; }
        .form-row { height: auto; }
        .form-label { width: 14; }
        .form-hint { width: 1fr; height: auto; color: $text-muted; margin-left: 2; }
        .form-row Input { width: 18; height: 1; border: none; padding: 0 1; background: $boost; }
        .form-row Input:focus { background: $primary-muted; }
        .form-row Choice { width: 30; }
        .form-row.-wrong .form-label { color: $text-error; text-style: bold; }
        .form-row.-wrong .form-hint { color: $text-error; }
        #form.-wide {
            .form-label { width: 30; max-width: 40%; }
        }
        #form.-tall {
            .form-row { layout: vertical; }
            .form-row Input { width: 100%; }
            .form-hint { width: 100%; margin-left: 0; }
            .form-label { width: 100%; }
        }
        #form-error { color: $text-error; height: auto; }
        #form-keys { color: $text-muted; }
        #form-buttons { height: 1; align-horizontal: right; }
    }
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        parse: Callable[[Mapping[str, str]], T],
        start: str = "",
        shape: str = "",
    ) -> None:
        super().__init__()
        self._shape = shape
        self._start = start
        self.started = False
        self._title = title
        self._fields = fields
        self._parse = parse

    def compose(self) -> ComposeResult:
        """Yield the fields, a line for errors, and the keys."""
        with Vertical(id="form") as box:
            box.border_title = self._title
            box.set_class(bool(self._shape), f"-{self._shape}")
            with VerticalScroll(id="form-fields", can_focus=False):
                for field in self._fields:
                    with Horizontal(classes="form-row", id="row-" + field.widget_id):
                        yield Label(field.label, classes="form-label", markup=False)
                        yield _widget(field)
                        yield Label(
                            field.hint,
                            classes="form-hint",
                            id="hint-" + field.widget_id,
                            markup=False,
                        )
            yield Label("", id="form-error", markup=False)
            keys = _("Enter saves, Esc cancels, Tab moves")
            if self._start:
                keys = _("Enter saves, {key} saves and starts, Esc cancels, Tab moves").format(
                    key=cast("Host", self.app).shown_keys("form.start")
                )
            yield Label(keys, id="form-keys", markup=False)
            with Horizontal(id="form-buttons"):
                yield Button(_("Save"), id="form-ok", variant="primary", compact=True)
                if self._start:
                    yield Button(self._start, id="form-start", compact=True)

    def on_mount(self) -> None:
        """Begin with the first field."""
        first = next((field for field in self._fields if not field.fixed), self._fields[0])
        self._widget_of(first).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take the values with the mouse."""
        event.stop()
        self._take(started=event.button.id == "form-start")

    def action_submit(self) -> None:
        """Take the values, or say which cannot be used."""
        self._take(started=self.focused is not None and self.focused.id == "form-start")

    def action_start(self) -> None:
        """Take the values and go ahead with them."""
        if self._start:
            self._take(started=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say while one types what cannot be used, and be silent once it can."""
        event.stop()
        self._judge()

    def _judge(self) -> T | None:
        """Return what the values are; say which of them cannot be used."""
        try:
            result = self._parse({field.name: self._text(field) for field in self._fields})
        except DropshipError as error:
            self._refuse(error)
            return None
        self._show({}, "")
        return result

    def _take(self, *, started: bool) -> None:
        result = self._judge()
        if result is None:
            for field in self._fields:
                if self.query_one("#row-" + field.widget_id).has_class("-wrong"):
                    self._widget_of(field).focus()
                    break
            return
        self.started = started
        self.dismiss(result)

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)

    def _refuse(self, error: DropshipError) -> None:
        if isinstance(error, FieldsError):
            self._show(error.by_field, "")
            return
        text = error.message + (f" · {error.hint}" if error.hint else "")
        wrong = named_in(error, [field.name for field in self._fields])
        self._show(dict.fromkeys(wrong, text), "" if wrong else text)

    def _show(self, faults: Mapping[str, str], rest: str) -> None:
        """Show what is wrong: at each field its own, below them what is about no single one."""
        for field in self._fields:
            fault = self._in_words(faults.get(field.name, ""), field)
            self.query_one("#row-" + field.widget_id).set_class(bool(fault), "-wrong")
            self.query_one("#hint-" + field.widget_id, Label).update(fault or field.hint)
        self.query_one("#form-error", Label).update(self._in_words(rest, None))

    def _in_words(self, text: str, at: Field | None) -> str:
        """Return a message as the form says it: it never names the options of a command."""
        if at is not None:
            text = text.removeprefix(f"{at.name}: ")
        for field in self._fields:
            if field.name.startswith("--"):
                text = re.sub(rf"{re.escape(field.name)}(?![\w-])", field.label, text)
        return text

    def _widget_of(self, field: Field) -> Widget:
        return self.query_one("#" + field.widget_id)

    def _text(self, field: Field) -> str:
        widget = self._widget_of(field)
        value = widget.value if isinstance(widget, Input | Choice) else ""
        return value.strip()


def named_in(error: DropshipError, names: Sequence[str]) -> list[str]:
    """Return the fields that an error names: in its message, else as its beginning."""
    words = error.message.split()
    return [name for name in names if name in words] or [
        name for name in names if error.message.startswith(f"{name}:")
    ]


def _widget(field: Field) -> Widget:
    if field.choices:
        return Choice(field.choices, field.value, id=field.widget_id)
    return Input(
        field.value,
        id=field.widget_id,
        select_on_focus=True,
        password=field.secret,
        disabled=field.fixed,
    )
