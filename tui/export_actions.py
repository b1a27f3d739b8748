"""Takes what the screen shows along: to the clipboard, to files, as a picture."""

from pathlib import Path
from typing import Protocol

from core.errors import DropshipError
from core.text import _, clean
from core.text.os_errors import os_reason
from tui.export import picture_file, text_of, without_fonts, write_history, write_pane
from tui.host import Host
from tui.panes.base import Pane


class ExportHost(Host, Protocol):
    """What exporting needs of the application beside."""

    @property
    def chosen(self) -> Pane:
        """The pane that keys go to."""
        ...

    @property
    def exports(self) -> Path:
        """Where exports and pictures go."""
        ...

    def copy_to_clipboard(self, text: str) -> None:
        """Hand a text to the terminal."""
        ...

    def export_screenshot(self) -> str:
        """Return a picture of the screen as SVG."""
        ...


class ExportActions:
    """Writes off the screen's thread, and says where the files are."""

    def __init__(self, console: ExportHost) -> None:
        self._console = console

    def copy(self) -> None:
        """Copy the text of the chosen pane: OSC 52, which also works over SSH and in tmux."""
        self._console.tick()
        self._console.copy_to_clipboard(text_of(self._console.chosen))
        self._console.tell(_("Sent to the clipboard."))

    def write_pane(self) -> None:
        """Write the table of the chosen pane."""
        console, now = self._console, self._console.controller.snapshot()
        chosen = console.chosen
        console.write_files(lambda: write_pane(chosen, now, console.exports))

    def write_history(self) -> None:
        """Write the history."""
        console, now = self._console, self._console.controller.snapshot()
        console.write_files(lambda: write_history(console.controller, now.at, console.exports))

    def picture(self) -> None:
        """Write a picture of the screen."""
        console = self._console
        try:
            file = picture_file(console.exports, console.controller.snapshot().at)
            file.write_text(without_fonts(console.export_screenshot()), encoding="utf-8")
        except OSError as error:
            console.refuse(os_reason(error))
        except DropshipError as error:
            console.refuse(error.message)
        else:
            console.tell(_("Saved: {files}").format(files=clean(file)))
