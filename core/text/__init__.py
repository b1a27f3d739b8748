"""What a person reads: the message catalogue and the one function that makes outside text safe."""

from core.text.catalogue import N_, _, ngettext, use_language
from core.text.sanitize import clean

__all__ = ["N_", "_", "clean", "ngettext", "use_language"]
