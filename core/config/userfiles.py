"""Small TOML files of the person, outside any data directory: contexts and keys."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from core.config.envfile import decoded, read_bytes
from core.config.errors import Problem, SettingsError
from core.text import _, clean


def user_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the files of the person are: `$XDG_CONFIG_HOME/dropship`.

    https://specifications.freedesktop.org/basedir-spec/latest/: a relative path is ignored.
    """
    given = environ.get("XDG_CONFIG_HOME", "")
    home = environ.get("HOME", "")
    base = Path(given) if given.startswith("/") else Path(home or "~").expanduser() / ".config"
    return base / "dropship"


def read_user_file(file: Path) -> tuple[dict[str, object], str]:
    """Return the tables of a file and its text; nothing where there is no such file.

    Errors: SettingsError with file and line.
    """
    try:
        data, _exposed = read_bytes(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    text = decoded(file, data)
    try:
        return tomllib.loads(text), text
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = _("{file}: is not TOML: {reason}").format(file=clean(file), reason=clean(error, 200))
        raise SettingsError([Problem(told, _("correct the line, or remove the file"))]) from error
