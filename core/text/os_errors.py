"""Why the operating system refused, in the language in use.

Python tells such reasons in English, unless the whole process changes its locale.
"""

from core.text.catalogue import N_, _
from core.text.sanitize import clean

COMMON = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("File name too long"),
    N_("File too large"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("Read-only file system"),
    N_("Too many open files"),
    N_("Too many levels of symbolic links"),
    N_("Input/output error"),
    N_("Broken pipe"),
    N_("Address already in use"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Device or resource busy"),
    N_("Cannot allocate memory"),
)
"""What glibc says most often; anything else is told in its words."""


def os_reason(error: BaseException) -> str:
    """Return the reason of an error of the system as one harmless line, else the whole error."""
    told = getattr(error, "strerror", None)
    return clean(_(str(told))) if told else clean(error)
