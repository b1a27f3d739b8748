"""Which decoder the records of a pipeline need."""

from core.config import Settings
from core.consumer.decoders.base import Decoder
from core.consumer.decoders.json_events import json_decoder
from core.consumer.decoders.registry import RegistryDecoder
from core.registry.wire import wire_reader


def decoder_of(settings: Settings) -> Decoder:
    """Return a decoder for one thread. Errors: ConfigError where a registry is not to be had."""
    event = settings.pipeline.definition.event
    decoder = json_decoder(settings.pipeline)
    if event.format == "json":
        return decoder
    return RegistryDecoder(wire_reader(settings, event.format), decoder, event.max_bytes)
