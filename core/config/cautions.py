"""What is allowed in the settings, and still better done otherwise: warnings at the start."""

from collections.abc import Mapping

from core.config.envfile import EnvFile
from core.config.secrets import is_secret_name
from core.config.sources import SettingValue
from core.text import _, clean


def exposure(file: EnvFile | None) -> tuple[str, ...]:
    """Return the warning about a file of secrets that others may read."""
    if file is None or not file.exposed:
        return ()
    if not any(is_secret_name(entry.key) and entry.value for entry in file.entries):
        return ()
    return (
        _("{file} holds secrets and others may read it: chmod 600 {file}").format(
            file=clean(file.path)
        ),
    )


def privileges(given: Mapping[str, SettingValue]) -> tuple[str, ...]:
    """Return the warning about a role that may do everything."""
    role = given.get("SNOW_ROLE")
    if role is None or role.value.strip('"').upper() != "ACCOUNTADMIN":
        return ()
    return (
        _("{where}: SNOW_ROLE=ACCOUNTADMIN may do everything; use a role of its own").format(
            where=role.where
        ),
    )
