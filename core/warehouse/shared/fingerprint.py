"""Whether two processes mean the same by the name of a statement."""

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

from core.pipeline.folder import Pipeline


def fingerprint(pipeline: Pipeline) -> str:
    """Return a digest of all definitions and SQL that a pipeline and the engine have."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in (files("sql").joinpath("engine"), pipeline.folder):
        _add(digest, folder, "")
    return digest.hexdigest()


def _add(digest: hashlib.blake2b, folder: Traversable, where: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            _add(digest, entry, f"{where}{entry.name}/")
        elif entry.name.endswith((".sql", ".toml")):
            digest.update(f"{where}{entry.name}\0".encode())
            digest.update(entry.read_bytes() + b"\0")
