"""Places that options name: what can never be one is said before anything is made or asked."""

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


def check_file(option: str, file: Path, *, makes_folder: bool) -> None:
    """Refuse the name of a file that cannot be written there, whatever rights one has.

    makes_folder: whoever writes it makes its folder, too. Errors: UsageError.
    """
    if file.exists() and not file.is_file():
        raise _unusable(
            option,
            _("{path} is there and is no ordinary file").format(path=clean(file)),
            _("name a file; one of that name is replaced"),
        )
    check_folder(option, file.parent)
    if not makes_folder and not file.parent.is_dir():
        raise _unusable(
            option,
            _("there is no folder {path}").format(path=clean(file.parent)),
            _("make it (mkdir -p), or name a file in one that exists"),
        )


def _unusable(option: str, reason: str, hint: str) -> UsageError:
    told = _("{word}: {text}").format(word=option, text=reason) if option else reason
    return UsageError(told, hint=hint)
