"""The settings of Snowflake: where it is, who logs in, and how that is proved.

One way to log in is chosen by what is set; SNOW_AUTHENTICATOR names it where more than one could
be meant. Every fault is a line of its own, before anything connects.
"""

import stat
from pathlib import Path

from pydantic import SecretStr

from core.config import validators
from core.config.parser import SettingsParser, identifier
from core.config.private_key import check_private_key
from core.config.settings import SnowflakeLogin, SnowflakeSettings
from core.config.snowflake_options import LOOPBACK, PREFIX, option, option_name
from core.config.snowflake_tasks import read_tasks
from core.errors import ConfigError
from core.text import _, clean
from core.text.os_errors import os_reason

TRANSFORMS = ("auto", "procedure", "task", "client")
_KEY = ("SNOW_PRIVATE_KEY_FILE",)
_ACCESS = ("SNOW_ACCESS_TOKEN", "SNOW_ACCESS_TOKEN_FILE")
_OAUTH = ("SNOW_OAUTH_TOKEN", "SNOW_OAUTH_TOKEN_FILE")
_WORKLOAD = ("SNOW_WORKLOAD_IDENTITY_PROVIDER",)
_PASSWORD = ("SNOW_PASSWORD",)
_NEEDS: dict[str, tuple[str, ...]] = {
    "snowflake_jwt": _KEY,
    "programmatic_access_token": _ACCESS,
    "oauth": _OAUTH,
    "workload_identity": _WORKLOAD,
    "username_password_mfa": _PASSWORD,
    "snowflake": _PASSWORD,
    "externalbrowser": (),
    "oauth_client_credentials": (),
    "oauth_authorization_code": (),
}
"""Kinds of login by the connector's names, and the settings of which each needs one."""
_NO_USER = {"workload_identity", "oauth_client_credentials", "oauth", "programmatic_access_token"}
_CREDENTIALS = (*_KEY, *_ACCESS, *_OAUTH, *_WORKLOAD, *_PASSWORD, "SNOW_PASSCODE")
LOGIN = frozenset(("SNOW_ACCOUNT", "SNOW_USER", "SNOW_AUTHENTICATOR", *_CREDENTIALS))
"""What only a login needs; to show the SQL, these may be wrong or missing."""
_TOKEN_BYTES = 100_000


def read_snowflake(reader: SettingsParser) -> SnowflakeSettings | None:
    """Return how to reach Snowflake; None without an account or a named connection: DuckDB."""
    given = reader.values
    names = {
        field: reader.optional(f"SNOW_{field.upper()}", identifier)
        for field in ("role", "warehouse", "database", "worker_user")
    }
    if "SNOW_ACCOUNT" not in given and "SNOW_CONNECTION_NAME" not in given:
        _idle(reader)
        return None
    options = _options(reader)
    named = given.get("SNOW_CONNECTION_NAME")
    login = SnowflakeLogin("connection") if named is not None else _login(reader)
    if named is not None:
        _alone(reader)
    elif login.kind not in _NO_USER and "SNOW_USER" not in given:
        reader.miss("SNOW_USER", _("is needed with SNOW_ACCOUNT"))
    user, account = given.get("SNOW_USER"), given.get("SNOW_ACCOUNT")
    return SnowflakeSettings(
        account="" if account is None else account.value,
        user="" if user is None else user.value,
        login=login,
        connection_name=None if named is None else named.value,
        options=options,
        transform=reader.read("SNOW_TRANSFORM", "auto", validators.one_of(TRANSFORMS)),
        tasks=read_tasks(reader),
        **{field: value for field, value in names.items() if value is not None},
    )


def _idle(reader: SettingsParser) -> None:
    """Warn of settings that show a wish for Snowflake while no account is named."""
    for name in reader.values:
        if name in _CREDENTIALS or name.startswith(PREFIX):
            reader.warn(name, _("is set, but SNOW_ACCOUNT is not: DuckDB is used"))
            return


def _alone(reader: SettingsParser) -> None:
    """Refuse what contradicts a named connection, which holds account, user and login."""
    for name in ("SNOW_ACCOUNT", "SNOW_USER", "SNOW_AUTHENTICATOR", *_CREDENTIALS):
        if name in reader.values:
            reader.refuse(
                name,
                _("contradicts SNOW_CONNECTION_NAME, whose section holds it"),
                _("remove one of them"),
            )


def _login(reader: SettingsParser) -> SnowflakeLogin:
    """Return the one way to log in; problems are the reader's."""
    kind = _kind(reader)
    if kind == "snowflake_jwt":
        return _key_pair(reader)
    if kind == "programmatic_access_token":
        return SnowflakeLogin(kind, token=_token(reader, *_ACCESS))
    if kind == "oauth":
        return SnowflakeLogin(kind, token=_token(reader, *_OAUTH))
    if kind == "workload_identity":
        provider = reader.read(_WORKLOAD[0], "", validators.one_of(("aws", "azure", "gcp", "oidc")))
        return SnowflakeLogin(kind, workload_provider=provider.upper())
    if kind in {"snowflake", "username_password_mfa"}:
        alone = kind == "snowflake" and "SNOW_PASSWORD" in reader.values
        if alone and not _is_loopback(reader):
            reader.warn(
                "SNOW_PASSWORD",
                _("Snowflake refuses a password without a second factor: use a key pair or token"),
            )
        return SnowflakeLogin(
            kind,
            password=_secret(reader, "SNOW_PASSWORD"),
            passcode=_secret(reader, "SNOW_PASSCODE"),
        )
    return SnowflakeLogin(kind)


def _kind(reader: SettingsParser) -> str:
    """Return the kind of login: the one that is named, else the only one that is set."""
    given = reader.values
    named = reader.read("SNOW_AUTHENTICATOR", "", validators.one_of(tuple(_NEEDS)))
    if named:
        needed = _NEEDS[named]
        if needed and not any(name in given for name in needed):
            reader.refuse(
                "SNOW_AUTHENTICATOR",
                _("{kind} needs {settings}").format(kind=named, settings=_(" or ").join(needed)),
            )
        return named
    sets = {
        kind: [name for name in _NEEDS[kind] if name in given]
        for kind in ("snowflake_jwt", "programmatic_access_token", "oauth", "workload_identity")
    }
    mfa = "username_password_mfa" if "SNOW_PASSCODE" in given else "snowflake"
    sets[mfa] = [name for name in _PASSWORD if name in given]
    found = {kind: names[0] for kind, names in sets.items() if names}
    if len(found) > 1:
        first, second, *_more = found.values()
        reader.refuse(
            second,
            _("contradicts {setting}: only one kind of login can be used").format(setting=first),
            _("remove one of them, or name the kind with SNOW_AUTHENTICATOR"),
        )
    elif not found and "SNOW_AUTHENTICATOR" not in given:
        reader.miss(
            "SNOW_ACCOUNT",
            _("there is nothing to log in with"),
            _(
                "set SNOW_PRIVATE_KEY_FILE (key pair), SNOW_ACCESS_TOKEN, SNOW_OAUTH_TOKEN or "
                "SNOW_AUTHENTICATOR=externalbrowser"
            ),
        )
    return next(iter(found), "snowflake")


def _key_pair(reader: SettingsParser) -> SnowflakeLogin:
    found = reader.values.get("SNOW_PRIVATE_KEY_FILE")
    passphrase = _secret(reader, "SNOW_PRIVATE_KEY_PASSPHRASE")
    if found is None:
        return SnowflakeLogin("snowflake_jwt")
    file = Path(found.value).expanduser()
    try:
        exposed = check_private_key(
            file, None if passphrase is None else passphrase.get_secret_value()
        )
    except ConfigError as error:
        reader.refuse("SNOW_PRIVATE_KEY_FILE", error.message, error.hint)
    else:
        if exposed:
            reader.warn("SNOW_PRIVATE_KEY_FILE", _exposed(file))
    return SnowflakeLogin("snowflake_jwt", private_key_file=file, passphrase=passphrase)


def _token(reader: SettingsParser, plain: str, in_file: str) -> SecretStr | None:
    """Return a token, from its setting or from the file that another one names."""
    if plain in reader.values and in_file in reader.values:
        reader.refuse(in_file, _("contradicts {setting}").format(setting=plain))
    found = reader.values.get(in_file)
    if found is None:
        return _secret(reader, plain)
    file = Path(found.value).expanduser()
    try:
        token = file.read_bytes()[:_TOKEN_BYTES].decode().strip()
        exposed = bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except (OSError, UnicodeDecodeError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else _("not UTF-8 text")
        reader.refuse(
            in_file, _("{file} cannot be read: {reason}").format(file=clean(file), reason=reason)
        )
        return None
    if not token or any(mark.isspace() for mark in token):
        reader.refuse(in_file, _("{file} holds no token").format(file=clean(file)))
    if exposed:
        reader.warn(in_file, _exposed(file))
    return SecretStr(token)


def _exposed(file: Path) -> str:
    return _("others may read it: chmod 600 {file}").format(file=clean(file))


def _secret(reader: SettingsParser, name: str) -> SecretStr | None:
    found = reader.values.get(name)
    return None if found is None else SecretStr(found.value)


def _options(reader: SettingsParser) -> dict[str, str | int | bool]:
    """Return the connector's options; http is for a test server on this machine alone."""
    options: dict[str, str | int | bool] = {}
    for name, found in reader.values.items():
        if not name.startswith(PREFIX):
            continue
        try:
            options[option_name(name)] = option(option_name(name), found.value)
        except ConfigError as error:
            reader.refuse(name, error.message, error.hint)
    if options.get("protocol") == "http" and options.get("host") not in LOOPBACK:
        reader.refuse(
            f"{PREFIX}PROTOCOL",
            _("http would send secrets in clear text"),
            _("remove it; https is the default"),
        )
    return options


def _is_loopback(reader: SettingsParser) -> bool:
    host = reader.values.get(f"{PREFIX}HOST")
    return host is not None and host.value in LOOPBACK
