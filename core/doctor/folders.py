"""Settings and folders: what is configured, and whether it can be written where state goes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.doctor.model import CheckGroup, DoctorContext, Finding, fail, ok, warn
from core.text import _, clean
from core.text.number_format import count
from core.text.os_errors import os_reason

_LITTLE = 1_000_000_000
_TOO_LITTLE = 50_000_000
_MB = 1_000_000


def look_at_settings(doctor: DoctorContext) -> Iterator[Finding]:
    """Yield what the settings choose, and their warnings; or a finding for each wrong setting.

    A wrong setting's finding bears its name, in place of `settings`.
    """
    settings = doctor.settings
    if doctor.problems:
        for problem in doctor.problems:
            fix = problem.hint or _("fix it; .env.example names every setting")
            yield fail(clean(problem.setting, 100) or "settings", clean(problem.message), fix)
        return
    chosen = _("broker {broker}, warehouse {warehouse}, topic {topic}, group {group}").format(
        broker=settings.broker_label,
        warehouse=settings.warehouse_label,
        topic=clean(settings.kafka.topic, 80),
        group=clean(settings.kafka.group_id, 80),
    )
    if settings.warnings:
        yield warn(
            "settings",
            clean(_("; ").join(settings.warnings)),
            _("fix the line that is named; .env.example names every setting"),
        )
    else:
        yield ok("settings", chosen)


def look_at_folders(doctor: DoctorContext) -> Iterator[Finding]:
    """Yield whether data and reports can be written, and how much room there is."""
    paths = doctor.settings.paths
    yield _folder("data_dir", paths.data, _("choose another folder with --data-dir"))
    yield _folder("reports", paths.reports, _("choose another folder with --reports-dir"))


SETTINGS = CheckGroup(("settings",), look_at_settings)
FOLDERS = CheckGroup(("data_dir", "reports"), look_at_folders)


def _folder(name: str, folder: Path, advice: str) -> Finding:
    """Return whether a folder, which may still be absent, takes files, and its free space."""
    shown = clean(folder)
    reason = _refusal(folder)
    if reason:
        return fail(
            name,
            _("{folder} cannot be written: {reason}").format(folder=shown, reason=reason),
            advice,
        )
    try:
        free = shutil.disk_usage(_existing(folder)).free
    except OSError as error:
        return fail(name, _("{part}: {line}").format(part=shown, line=os_reason(error)), advice)
    room = _("{folder}: {free} MB free").format(folder=shown, free=count(free // _MB))
    if not folder.exists():
        room = _("{room}; it is made when it is needed").format(room=room)
    fix = _("; ").join((_("make room on the disk"), advice))
    if free < _TOO_LITTLE:
        return fail(name, room, fix)
    return warn(name, room, fix) if free < _LITTLE else ok(name, room)


def _refusal(folder: Path) -> str:
    """Return why no file can be made there, or nothing."""
    try:
        if folder.exists():
            if not folder.is_dir():
                return _("it is not a directory")
            # The only proof: permissions alone do not tell of quotas and read-only mounts.
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor."):
                return ""
        parent = _existing(folder)
        if not parent.is_dir():
            return _("{path} is not a directory").format(path=clean(parent))
        if not os.access(parent, os.W_OK | os.X_OK):
            return _("it is absent, and {path} does not allow to make it").format(
                path=clean(parent)
            )
    except OSError as error:
        return os_reason(error)
    return ""


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    absolute = folder.absolute()
    return next((path for path in (absolute, *absolute.parents) if path.exists()), Path("/"))
