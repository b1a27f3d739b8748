"""Where the socket of a shared warehouse lies, and who may come near it.

A folder that only its owner may enter keeps others out, whatever mode the socket is born with; a
random token beside it, which every call carries, proves that a caller could read there.
"""

import hashlib
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from core.config.settings import Paths
from core.errors import StorageError
from core.text import _, clean
from core.text.os_errors import os_reason

_LONGEST = 100
"""Bytes of the path of a socket; systems allow 104 to 108 with the final zero."""
_SOCKET, _TOKEN = ".socket", ".token"


class Place:
    """A socket and its token, for as long as one process holds the warehouse.

    Errors: StorageError where no folder can be had that is ours alone.
    """

    def __init__(self, paths: Paths) -> None:
        folder, self._marked, name = folder_of_sockets(paths)
        self.socket = folder / f"{self._marked}{name}{_SOCKET}"

    def prepare(self) -> str:
        """Make the folder, clear away what dead holders left, write a token and return it.

        Only for who holds the warehouse.
        """
        folder = self.socket.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_owner(folder)
            folder.chmod(0o700)
            for left in folder.glob(f"{self._marked}*"):
                if left.suffix in {_SOCKET, _TOKEN}:
                    left.unlink(missing_ok=True)
            token = secrets.token_hex(32)
            file = os.open(self.socket.with_suffix(_TOKEN), os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(file, "w", encoding="ascii") as opened:
                opened.write(token)
        except OSError as error:
            raise StorageError(
                _("cannot use the folder {folder}: {reason}").format(
                    folder=clean(folder), reason=os_reason(error)
                )
            ) from error
        return token

    def clear(self) -> None:
        """Take socket and token away."""
        for file in (self.socket, self.socket.with_suffix(_TOKEN)):
            with suppress(OSError):
                file.unlink()


def folder_of_sockets(paths: Paths) -> tuple[Path, str, str]:
    """Return where sockets of a data directory lie, how their names begin, and a name for one.

    That is a folder of the data directory, or one of this user where its path is too long.
    """
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    folder = (paths.data / "shared").absolute()
    if len(os.fsencode(folder / name)) + len(_SOCKET) <= _LONGEST:
        return folder, "", name
    # Several data directories share this folder, so names tell to which one they belong.
    digest = hashlib.blake2b(os.fsencode(paths.data.resolve()), digest_size=6)
    return _runtime_folder(), f"{digest.hexdigest()}-", name


def read_token(socket: Path) -> str:
    """Return the token beside a socket. Errors: OSError; StorageError where others may write it."""
    check_owner(socket.parent)
    return socket.with_suffix(_TOKEN).read_text(encoding="ascii")


def check_owner(folder: Path) -> None:
    """Refuse a folder that belongs to somebody else, or in which others may put a socket.

    Errors: OSError; StorageError.
    """
    found = folder.lstat()
    ours = found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode)
    if not ours or found.st_mode & 0o022:
        raise StorageError(_("the folder {folder} is not yours alone").format(folder=clean(folder)))


def _runtime_folder() -> Path:
    """Return the folder of this user for what lives as long as processes do."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and len(os.fsencode(given)) < _LONGEST // 2:
        return Path(given) / "dropship"
    return Path(tempfile.gettempdir()) / f"dropship-{os.geteuid()}"
