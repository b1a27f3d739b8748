"""The file of a private key, looked at before anything connects: each fault has its own remedy."""

import stat
from pathlib import Path

from core.errors import ConfigError
from core.text import _, clean
from core.text.os_errors import os_reason

_MAX_BYTES = 100_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_private_key(file: Path, passphrase: str | None) -> bool:
    """Return whether others than the owner may read the file of a key.

    passphrase: of an encrypted key. Errors: ConfigError when the file is missing or cannot be read,
    when it holds no PEM private key, and when the passphrase is missing, wrong or needless.
    """
    try:
        data = file.read_bytes()[:_MAX_BYTES]
        exposed = bool(file.stat().st_mode & _OTHERS)
    except OSError as error:
        raise ConfigError(
            _("{file} cannot be read: {reason}").format(file=clean(file), reason=os_reason(error)),
            hint=_("name the file of the private key, and make it readable for you alone"),
        ) from error
    if b"PRIVATE KEY-----" not in data:
        raise ConfigError(
            _("{file} holds no private key in PEM form").format(file=clean(file)),
            hint=_("make one: openssl genrsa 2048 | openssl pkcs8 -topk8 -out rsa_key.p8"),
        )
    _check_passphrase(file, data, passphrase)
    return exposed


def _check_passphrase(file: Path, data: bytes, passphrase: str | None) -> None:
    # Takes a tenth of a second to import, and only key pairs need it.
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    try:
        load_pem_private_key(data, None if passphrase is None else passphrase.encode())
    except TypeError as error:
        if passphrase is None:
            raise ConfigError(
                _("the key in {file} is encrypted and there is no passphrase").format(
                    file=clean(file)
                ),
                hint=_("set SNOW_PRIVATE_KEY_PASSPHRASE"),
            ) from error
        raise ConfigError(
            _("the key in {file} is not encrypted, but a passphrase is set").format(
                file=clean(file)
            ),
            hint=_("remove SNOW_PRIVATE_KEY_PASSPHRASE, or name the encrypted key"),
        ) from error
    except Exception as error:
        # The library tells a wrong passphrase and a damaged key alike, and by several classes.
        raise ConfigError(
            _("the key in {file} cannot be read: wrong passphrase, or a damaged file").format(
                file=clean(file)
            ),
            hint=_("check SNOW_PRIVATE_KEY_PASSPHRASE: openssl pkey -in FILE -noout tells"),
        ) from error
