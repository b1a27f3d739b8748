"""The command `dropship`: the console, unless a job or a text is asked for."""

import os
import sys


def main() -> int:
    """Return the exit code of the console, or of the headless runner for everything else."""
    from tui.arguments import wants_console  # noqa: PLC0415 - light

    if not wants_console(sys.argv[1:]):
        from core.cli.main import entry_point  # noqa: PLC0415 - only when needed

        return entry_point()
    from tui.run import run_console  # noqa: PLC0415 - imports Textual

    return run_console(sys.argv[1:], os.environ)


if __name__ == "__main__":
    sys.exit(main())
