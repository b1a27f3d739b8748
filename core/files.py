"""Files that others may read at any moment: each is there whole or as it was before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import StorageError
from core.text import _, clean
from core.text.os_errors import os_reason


def replace_file(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file in whole, safe from a loss of power, or leave it as it was. Errors: OSError."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            os.fchmod(descriptor, mode)
            out.write(content)
            out.flush()
            os.fsync(descriptor)
        draft.replace(file)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


@contextmanager
def cannot_write(file: Path, hint: str) -> Iterator[None]:
    """Tell what the system says of a file that is written as a StorageError with a hint."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            _("cannot write {file}: {reason}").format(file=clean(file), reason=os_reason(error)),
            hint=hint,
        ) from error
