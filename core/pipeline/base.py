"""What all parts of a definition share: strict frozen models, names, paths and labels."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from core.pipeline.reserved_words import RESERVED_WORDS
from core.text import N_, language

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_STEP = re.compile(r"(?:[^.\\]|\\.)+")
MAX_LABEL = 80


class Model(BaseModel):
    """A part of a definition: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise PydanticCustomError(
            "name", N_("is not a name: small letters, digits and _, at most 63, no digit first")
        )
    return value


def _sql_name(value: str) -> str:
    if _name(value) in RESERVED_WORDS:
        raise PydanticCustomError("name", N_("is a word of SQL that cannot be a name"))
    return value


def _path(value: str) -> str:
    if not value or ".".join(_STEP.findall(value)) != value:
        raise PydanticCustomError("path", N_("is not a path: keys joined by dots, as in order.id"))
    return value


def _label(value: str | dict[str, str]) -> str | dict[str, str]:
    texts = value.values() if isinstance(value, dict) else (value,)
    if isinstance(value, dict) and "en" not in value:
        raise PydanticCustomError("label", N_("lacks the English text, en"))
    if any(len(text) > MAX_LABEL for text in texts):
        raise PydanticCustomError("label", N_("is longer than 80 characters"))
    return value


Name = Annotated[str, AfterValidator(_name)]
"""A name of a check, figure, query or pipeline."""
SqlName = Annotated[str, AfterValidator(_sql_name)]
"""A name of a table, schema or column: both engines take it without quotes."""
FieldPath = Annotated[str, AfterValidator(_path)]
"""Where a value stands in an event: keys joined by dots; a dot within a key is written `\\.`."""
Label = Annotated[str | dict[str, str], AfterValidator(_label)]
"""A text for people: the same in every language, or `{ en = ..., fr = ... }`."""


def steps(path: str) -> tuple[str, ...]:
    """Return the keys of a path, from the event inwards."""
    return tuple(re.sub(r"\\(.)", r"\1", step) for step in _STEP.findall(path))


def path_of(place: Iterable[str]) -> str:
    """Return the path that leads over some keys, as a definition writes it."""
    return ".".join(step.replace("\\", "\\\\").replace(".", "\\.") for step in place)


def told(label: str | Mapping[str, str], otherwise: str = "") -> str:
    """Return a label in the language in use; the English one, or `otherwise`, where there is none.

    It came with the folder: whoever shows it cleans it.
    """
    if isinstance(label, str):
        return label or otherwise
    return label.get(language()) or label.get("en") or otherwise
