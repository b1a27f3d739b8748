"""Redpanda Connect with its `snowflake_streaming` output (Snowpipe Streaming; enterprise licence).

Field names are those of
https://docs.redpanda.com/connect/components/outputs/snowflake_streaming and of the `redpanda` input
and output. Exactly once rests on one channel a partition and on the offset
as token: the engine drops what the token of its channel says was taken, Snowflake drops nothing.
"""

import json
from collections.abc import Mapping
from importlib.resources import files

from core.config.client_values import choice
from core.export.sink import PASSPHRASE, SASL_PASSWORD, TABLE, Sink

_ENCRYPTED = frozenset({"ssl", "sasl_ssl"})


def pipeline_text(sink: Sink) -> str:
    """Return the YAML file of the pipeline."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only where it is used

    source = files("core.export").joinpath("redpanda_connect.yaml.j2").read_text(encoding="utf-8")
    environment = Environment(  # noqa: S701 - YAML, where every value passes `scalar`
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["scalar"] = scalar
    return environment.from_string(source).render(
        sink=sink,
        table=TABLE,
        servers=sink.servers.split(","),
        security=_security(sink.kafka),
        passphrase=PASSPHRASE,
        sasl_password=SASL_PASSWORD,
    )


def scalar(value: str) -> str:
    """Return a text in the double quotes of YAML, in ASCII; it knows no pairs of surrogates."""
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(letter if " " <= letter <= "~" else f"\\U{ord(letter):08X}" for letter in quoted)


def _security(client: Mapping[str, str]) -> dict[str, str | bool]:
    """Return how the brokers are reached. Secrets stay out: the file refers to the environment."""
    protocol = choice(client, "security.protocol", "plaintext")
    return {
        "tls": protocol in _ENCRYPTED,
        "ca": client.get("ssl.ca.location", ""),
        "certificate": client.get("ssl.certificate.location", ""),
        "key": client.get("ssl.key.location", ""),
        "sasl": protocol.startswith("sasl"),
        "mechanism": client.get("sasl.mechanism", client.get("sasl.mechanisms", "PLAIN")),
        "user": client.get("sasl.username", ""),
    }
