"""The person's own editor over a text: a file that only they may read, gone again afterwards."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import InputError
from core.text import _, clean
from core.text.os_errors import os_reason

_DEFAULT = "vi"


def edited_outside(text: str, most: int, environ: Mapping[str, str] = os.environ) -> str:
    """Return what a person made of a text in `$VISUAL` or `$EDITOR`; blocks until it is closed.

    The terminal must be free for it. most: bytes that it may have. Bytes that are no UTF-8 stand
    as escapes. Errors: InputError where there is no such editor, it failed, or the text is larger.
    """
    command = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or _DEFAULT)
    with TemporaryDirectory(prefix="dropship-") as folder:
        file = Path(folder) / "payload.json"
        file.touch(0o600)
        file.write_text(text, encoding="utf-8")
        try:
            with _interrupts_are_for_it():
                ended = subprocess.run([*command, str(file)], check=False).returncode  # noqa: S603 - named by the person
            if ended:
                raise InputError(
                    _("{editor} ended with {code}: nothing was taken").format(
                        editor=clean(command[0], 60), code=ended
                    )
                )
            if file.stat().st_size > most:
                raise InputError(_("the edited text is too large for the console"))
            made = file.read_bytes().decode("utf-8", "backslashreplace")
        except OSError as error:
            raise InputError(
                _("cannot run {editor}: {reason}").format(
                    editor=clean(command[0], 60), reason=os_reason(error)
                ),
                hint=_("set EDITOR to an editor that is installed"),
            ) from error
    # Editors end a file with a line break, which is none of the text.
    return made if text.endswith("\n") else made.removesuffix("\n")


@contextmanager
def _interrupts_are_for_it() -> Iterator[None]:
    """Let ctrl+c in the editor be the editor's alone."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
