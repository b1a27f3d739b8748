"""The system's reasons are told in the language in use."""

import errno
import os
from collections.abc import Iterator

import pytest

from core.text import use_language
from core.text.os_errors import COMMON, os_reason


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.parametrize(
    "number",
    [
        errno.ENOENT,
        errno.EACCES,
        errno.EPERM,
        errno.EISDIR,
        errno.ENOTDIR,
        errno.ENOSPC,
        errno.EROFS,
        errno.EMFILE,
        errno.EIO,
        errno.EPIPE,
        errno.EDQUOT,
        errno.ECONNREFUSED,
    ],
)
def test_the_words_of_this_system_are_known(number: int) -> None:
    told = os.strerror(number)
    assert told in COMMON
    use_language("fr")
    assert os_reason(OSError(number, told, "x")) != told
    use_language("en")
    assert os_reason(OSError(number, told, "x")) == told


def test_other_errors_are_told_whole_and_harmless() -> None:
    assert os_reason(OSError("odd\x1b[2J")) == "odd\ufffd[2J"
    assert os_reason(OSError(99_999, "unheard of\n")) == "unheard of\ufffd"
    assert os_reason(ValueError("no system")) == "no system"
