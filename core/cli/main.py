"""The command `dropship`: takes over stdout, answers the call, ends with its exit code."""

import signal
import sys


def entry_point() -> int:
    """Run the command line of this process; return its exit code."""
    # Until there is somebody to answer them, signals wait instead of ending the process silently.
    waiting = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, waiting)
    # Then stdout, before anything else is imported: nothing may reach it but the result.
    from core.cli.output import Output  # noqa: PLC0415

    output = Output.take_stdout()
    from core.cli.invocation import Invocation  # noqa: PLC0415

    invocation = Invocation(sys.argv[1:], output)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, waiting)
    return invocation.answer()


if __name__ == "__main__":
    sys.exit(entry_point())
