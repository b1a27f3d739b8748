"""The command `dropship`: takes over stdout, answers the call, ends with its exit code."""

import sys

from core.cli.output import Output


def entry_point() -> int:
    """Run the command line of this process; return its exit code."""
    # First of all: nothing may reach stdout but the result.
    output = Output.take_stdout()
    from core.cli.call import Call  # noqa: PLC0415 - after stdout is safe

    return Call(sys.argv[1:], output).answer()


if __name__ == "__main__":
    sys.exit(entry_point())
