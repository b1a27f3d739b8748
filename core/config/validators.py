"""Checks of single values; each returns the value as it is used, or says what is wrong with it."""

import math
import os
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import SchemaValidator, core_schema

from core.config.thresholds import Thresholds
from core.errors import ConfigError
from core.pipeline.checks import Threshold
from core.text import _, clean

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MAX_PARTITIONS = 10_000
MIN_MEMORY_MB, MAX_MEMORY_MB = 64, 1_000_000
MAX_REPLICATION = 100
_MAX_PORT = 65_535
_MAX_TOPIC = 249
_MAX_GROUP = 255
_TOPIC = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_SERVER = re.compile(
    r"(?:[A-Za-z_]+://)?(?P<host>\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[^:]*))?",
    re.ASCII,
)


def one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    """Return a check that takes one of some words, in small or capital letters."""

    def check(value: str) -> str:
        if value.lower() not in choices:
            raise ConfigError(
                _("{value} is not one of {choices}").format(
                    value=repr(clean(value, 80)), choices=", ".join(choices)
                )
            )
        return value.lower()

    return check


def bootstrap_servers(value: str) -> str:
    """Return a list of `host:port`, comma separated, without blanks. Port 9092 may be left out."""
    servers = [part.strip() for part in value.split(",")]
    hint = _("for example localhost:9092, or broker1:9092,broker2:9092")
    for server in servers:
        if not server:
            raise ConfigError(_("the list of servers holds an empty entry"), hint=hint)
        match = _SERVER.fullmatch(server)
        if match is None:
            raise ConfigError(
                _("{server} is not host:port").format(server=repr(clean(server, 80))), hint=hint
            )
        port = match["port"]
        if port is not None and not (
            port.isascii() and port.isdigit() and 0 < int(port[:9]) <= _MAX_PORT
        ):
            raise ConfigError(
                _("{server}: the port must be a number from 1 to 65535").format(
                    server=repr(clean(server, 80))
                ),
                hint=hint,
            )
    return ",".join(servers)


def registry_url(value: str) -> str:
    """Return one or more addresses of a schema registry, comma separated, without blanks."""
    urls = [part.strip() for part in value.split(",")]
    for url in urls:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ConfigError(
                _("{url} is not the address of a schema registry").format(
                    url=repr(clean(url.rpartition("@")[2], 80))
                ),
                hint=_("for example http://localhost:8081"),
            )
        if "@" in parts.netloc:
            raise ConfigError(
                _("an address must not hold a password"),
                hint=_("use KAFKA_SCHEMA_REGISTRY_USER and KAFKA_SCHEMA_REGISTRY_PASSWORD"),
            )
    return ",".join(urls)


def registry_user(value: str) -> str:
    """Return a user of a registry: HTTP ends it at the first colon."""
    if ":" in value:
        raise ConfigError(_("a user's name cannot hold a colon"))
    return value


def readable_file(value: str) -> str:
    """Return the path of a file that can be read."""
    if not os.access(value, os.R_OK):
        raise ConfigError(_("{file} cannot be read").format(file=repr(clean(value, 120))))
    return value


def topic(value: str) -> str:
    """Return a topic name that Kafka takes."""
    if len(value) > _MAX_TOPIC or value in {".", ".."} or not _TOPIC.fullmatch(value):
        raise ConfigError(
            _("{value} is not a topic name").format(value=repr(clean(value, 80))),
            hint=_("use at most 249 letters, digits, dots, _ and -"),
        )
    return value


def group_id(value: str) -> str:
    """Return a consumer group's name: one short printable line."""
    if len(value) > _MAX_GROUP or clean(value) != value:
        raise ConfigError(
            _("{value} is not a usable group name").format(value=repr(clean(value, 80))),
            hint=_("use at most 255 printable characters"),
        )
    return value


def whole(value: str, *, least: int = 1, most: int) -> str:
    """Return the digits of a whole number from `least` to `most`."""
    if not (value.isascii() and value.isdigit() and least <= int(value[:9]) <= most):
        raise ConfigError(
            _("{value} is not a whole number from {least} to {most}").format(
                value=repr(clean(value, 80)), least=least, most=most
            )
        )
    return value


def log_level(value: str) -> str:
    """Return a level of logging in capitals."""
    level = value.upper()
    if level not in LOG_LEVELS:
        raise ConfigError(
            _("{value} is not a level").format(value=repr(clean(value, 80))),
            hint=_("use one of {levels}").format(levels=", ".join(LOG_LEVELS)),
        )
    return level


def threshold(field: str, value: str, own: Threshold | None = None) -> float:
    """Return the number of one field of Thresholds, or of a pipeline's own, within its bounds."""
    shown = repr(clean(value, 80))
    try:
        if own is not None:
            number = _within(own).validate_python(value)
        else:
            number = getattr(Thresholds.model_validate({field: value}), field)
    except ValidationError as error:
        fault = error.errors()[0]
        raise ConfigError(_fault(fault["type"], fault.get("ctx", {}), shown)) from error
    if not math.isfinite(number):
        raise ConfigError(_("{value} is not a number").format(value=shown))
    return float(number) if isinstance(number, float) else int(number)


def _within(limit: Threshold) -> SchemaValidator:
    """Return what reads a limit of a pipeline as pydantic reads a field of Thresholds."""
    least = limit.min if limit.above is not None else limit.least
    if limit.type == "number":
        bounds = core_schema.float_schema(ge=least, gt=limit.above, le=limit.max)
        return SchemaValidator(bounds)
    whole = (None if bound is None else int(bound) for bound in (least, limit.above, limit.max))
    at_least, above, most = whole
    return SchemaValidator(core_schema.int_schema(ge=at_least, gt=above, le=most))


def _fault(kind: str, context: dict[str, object], shown: str) -> str:
    """Return what pydantic found, in our words."""
    if kind in {"greater_than", "greater_than_equal"}:
        bound = context.get("ge", context.get("gt"))
        if kind == "greater_than":
            return _("{value} is too small: it must be more than {bound}").format(
                value=shown, bound=bound
            )
        return _("{value} is too small: at least {bound}").format(value=shown, bound=bound)
    if kind == "less_than_equal":
        return _("{value} is too large: at most {bound}").format(
            value=shown, bound=context.get("le")
        )
    if kind.startswith("int"):
        return _("{value} is not a whole number").format(value=shown)
    return _("{value} is not a number").format(value=shown)
