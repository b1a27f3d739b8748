"""The command `dropship`: the console, unless a job or a text is asked for."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> int:
    """Return the exit code of the console, or of the headless runner for everything else."""
    from tui.arguments import wants_console  # noqa: PLC0415 - light

    if not wants_console(sys.argv[1:]):
        from core.cli.main import entry_point  # noqa: PLC0415 - only when needed

        return entry_point()
    # All that is loaded for the first picture stays: looking for garbage in it takes a tenth of
    # a second. `run_console` looks again once the picture is drawn.
    gc.disable()
    # What a key changes is drawn within 8 ms instead of 17; frames without change are not drawn.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from tui.run import run_console  # noqa: PLC0415 - imports Textual

    return run_console(sys.argv[1:], os.environ)


def command() -> NoReturn:
    """Run the command and end the process at once: all is written by then.

    DuckDB's binding reports objects that are still referenced at the interpreter's end, a traceback
    for instance, on the stderr of a person who can do nothing about it.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    command()
