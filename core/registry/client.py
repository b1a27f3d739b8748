"""What a schema registry is asked: the schema of an id, and the newest one of a subject.

The client is confluent-kafka's own, of the extra `registry`; it remembers what it was told. It is
told not to try again by itself: whoever asks decides how long to wait, and hears of it.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from core.config.settings import RegistrySettings
from core.errors import BrokerError, ConfigError
from core.text import _, clean

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import RegisteredSchema, Schema

Answer = TypeVar("Answer")

_TIMEOUT_S = 2.0
_REFUSED = frozenset({401, 403})
_ABSENT = 404
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"


class RegistryError(BrokerError):
    """The schema registry is out of reach or refuses, or does not know a schema.

    unknown: whether it answered that it has no such thing. index: of the payload that needs it,
    where a batch of them was read.
    """

    kind = "registry"
    unknown = False
    index: int | None = None


@lru_cache(maxsize=8)
def open_registry(settings: RegistrySettings) -> "Registry":
    """Return a client of a registry, made once. Errors: ConfigError."""
    return Registry(settings)


class Registry:
    """Asks one registry. Any thread may; a question takes two seconds at most."""

    def __init__(self, settings: RegistrySettings) -> None:
        try:
            from confluent_kafka.schema_registry import (  # noqa: PLC0415 - heavy, and an extra
                SchemaRegistryClient,
            )
        except ImportError as error:
            raise _not_installed() from error
        if None in map(find_spec, ("fastavro", "jsonschema")):
            raise _not_installed()
        self.url = clean(settings.url, 120)
        config: dict[str, object] = {
            "url": settings.url,
            "timeout": _TIMEOUT_S,
            "max.retries": 0,
        }
        if settings.user is not None:
            password = settings.password.get_secret_value() if settings.password else ""
            config["basic.auth.user.info"] = f"{settings.user}:{password}"
        if settings.ca_location is not None:
            config["ssl.ca.location"] = str(settings.ca_location)
        try:
            self._client = SchemaRegistryClient(config)
        except OSError as error:  # of a file of certificates
            raise ConfigError(
                _("KAFKA_SCHEMA_REGISTRY_CA: {reason}").format(reason=clean(error, 200)),
                hint=_("name a file of certificates in PEM"),
            ) from error

    def schema(self, schema_id: int) -> "Schema":
        """Return the schema of an id. Errors: RegistryError, transient for one that is unknown."""
        unknown = _("the schema registry at {url} knows no schema {id}")
        return self._ask(
            lambda: self._client.get_schema(schema_id), unknown.format(url=self.url, id=schema_id)
        )

    def version(self, subject: str, version: int) -> "Schema":
        """Return a version of a subject, as schemas refer to one another. Errors: RegistryError."""
        absent = self._absent(f"{subject}/{version}")
        return self._ask(lambda: self._client.get_version(subject, version), absent).schema

    def latest(self, subject: str) -> "RegisteredSchema":
        """Return the newest schema of a subject. Errors: RegistryError."""
        # Else it would not hear of a newer one.
        self._client.clear_latest_caches()  # type: ignore[no-untyped-call]
        return self._ask(lambda: self._client.get_latest_version(subject), self._absent(subject))

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _absent(self, subject: str) -> str:
        text = _("the schema registry at {url} has no subject {subject}")
        return text.format(url=self.url, subject=clean(subject, 120))

    def _ask(self, question: Callable[[], Answer], unknown: str) -> Answer:
        """Return an answer, its errors translated. unknown: what to say where there is none."""
        from confluent_kafka.schema_registry.error import SchemaRegistryError  # noqa: PLC0415

        try:
            return question()
        except SchemaRegistryError as error:
            raise self._refused(error.http_status_code, error, unknown) from error
        except (OSError, ValueError, TypeError) as error:  # an answer that is none of a registry
            raise self._silent(error) from error
        except Exception as error:
            if not type(error).__module__.startswith("httpx"):
                raise
            raise self._silent(error) from error

    def _refused(self, status: int, error: Exception, unknown: str) -> RegistryError:
        if status == _ABSENT:
            hint = _("see that producers and consumers use the same registry")
            absent = RegistryError(unknown, hint=hint, transient=True)
            absent.unknown = True
            return absent
        told = _("the schema registry at {url} refuses: {reason}").format(
            url=self.url, reason=clean(error, 200)
        )
        if status in _REFUSED:
            hint = _("see KAFKA_SCHEMA_REGISTRY_USER and KAFKA_SCHEMA_REGISTRY_PASSWORD")
            return RegistryError(told, hint=hint)
        return RegistryError(told, hint=_("see the registry's own log"), transient=True)

    def _silent(self, error: Exception) -> RegistryError:
        untrusted = _UNTRUSTED in str(error)
        return RegistryError(
            _("the schema registry at {url} does not answer: {reason}").format(
                url=self.url, reason=clean(str(error) or type(error).__name__, 200)
            ),
            hint=_("name the file of its certificate authority: KAFKA_SCHEMA_REGISTRY_CA")
            if untrusted
            else _("start it, or set KAFKA_SCHEMA_REGISTRY_URL to where it listens"),
            transient=not untrusted,
        )


def _not_installed() -> ConfigError:
    """Return the error of a program that lacks the extra."""
    return ConfigError(
        _("Avro and JSON Schema need packages that are not installed"),
        hint=_("run `make registry`, or pip install 'dropship[registry]'"),
    )
