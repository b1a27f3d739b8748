"""What panes, dialogs and screens need of the application, which they do not import."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from textual.binding import Binding
from textual.geometry import Size

from core.operations.base import PipelineController
from tui.drawing import Drawing
from tui.formats import Formats
from tui.row_order import Arrangements
from tui.time_window import TimeWindow
from tui.views.frame import ActionKey, Frame


class Host(Protocol):
    """The application as seen from what it shows; `tui.app.Console` is the one there is."""

    @property
    def controller(self) -> PipelineController:
        """The controls of the pipeline."""
        ...

    @property
    def formats(self) -> Formats:
        """How numbers and times are written."""
        ...

    @property
    def ascii_only(self) -> bool:
        """Whether the terminal shows plain letters alone."""
        ...

    @property
    def drawing(self) -> Drawing:
        """What keeps a view that fails from taking others along."""
        ...

    @property
    def window(self) -> TimeWindow:
        """The time that charts show."""
        ...

    @property
    def arrangements(self) -> Arrangements:
        """How the person arranged the lists."""
        ...

    @property
    def seed_folder(self) -> Path | None:
        """Where the seed pane makes its files; None is the folder of the settings."""
        ...

    def frame(self, size: Size, *, full: bool = True) -> Frame:
        """Return what a view of some size draws with. full: it has the whole screen."""
        ...

    def go_to(self, name: str) -> None:
        """Choose a pane."""
        ...

    def tick(self) -> None:
        """Draw the present moment."""
        ...

    def tell(self, message: str) -> None:
        """Show a short message for a while."""
        ...

    def refuse(self, message: str) -> None:
        """Show for a while why nothing was done."""
        ...

    def attempt(self, action: Callable[[], object]) -> None:
        """Do something whose options may be refused, and say why when they are."""
        ...

    def confirm(
        self, harmless: bool, title: str, lines: Sequence[str], action: Callable[[], object]
    ) -> None:
        """Do something at once when it is harmless, else after a yes."""
        ...

    def key_of(self, action: str) -> ActionKey | None:
        """Return what to press for an action, by the id of its binding; None for none."""
        ...

    def pane_key(self, name: str) -> str:
        """Return the key that goes to a pane, as hints show it; empty for none."""
        ...

    def keys_now(self, binding: Binding) -> list[str]:
        """Return the keys that do what a binding does: a person may have given it others."""
        ...

    def shown_keys(self, ids: str) -> str:
        """Return the keys of some actions, as hints show them. ids: apart by blanks."""
        ...

    def shown_bindings(self) -> list[Binding]:
        """Return the keys of the application that the footer names."""
        ...

    def write_files(self, write: Callable[[], Sequence[Path]]) -> object:
        """Write files off the screen's thread, and say where they are."""
        ...
