"""Folders that options name: what can never be one is said before anything is made or asked."""

from pathlib import Path

from core.errors import UsageError
from core.text import _, clean


def check_folder(option: str, folder: Path) -> None:
    """Refuse what is no folder and cannot become one, or lies in such.

    option: as a person wrote it; empty where the caller names the place. Errors: UsageError.
    """
    for path in (folder, *folder.parents):
        if path.is_dir():
            return
        if path.is_symlink():
            raise _unusable(
                option,
                _("{path} is a link to {target}, which does not lead to a folder").format(
                    path=clean(path), target=clean(path.readlink())
                ),
                _("make the folder it leads to (mkdir -p), or remove the link"),
            )
        if path.exists():
            raise _unusable(
                option,
                _("{path} is not a directory").format(path=clean(path)),
                _("name a folder; it is made when it is missing"),
            )


def _unusable(option: str, reason: str, hint: str) -> UsageError:
    told = _("{word}: {text}").format(word=option, text=reason) if option else reason
    return UsageError(told, hint=hint)
