"""What a person reads: the message catalogue, numbers, and what makes outside text safe."""

from core.text.catalogue import N_, _, language, ngettext, speaking, use_language
from core.text.sanitize import clean

__all__ = ["N_", "_", "clean", "language", "ngettext", "speaking", "use_language"]
