"""Tells systemd that a service is ready, alive, about to end; elsewhere it does nothing.

The protocol is one datagram of assignments to the socket that NOTIFY_SOCKET names:
https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


def notify(environ: Mapping[str, str] = os.environ, **assignments: object) -> None:
    """Send assignments, as READY=1; what cannot be sent is left."""
    place = environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    address = "\0" + place[1:] if place.startswith("@") else place
    text = "\n".join(f"{name}={value}" for name, value in assignments.items())
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.settimeout(1.0)
        out.sendto(text.encode(), address)
