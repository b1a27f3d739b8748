"""The types that a field can have, as a definition writes them: `text`, `decimal(10,2)`."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from core.text import N_

Kind = Literal[
    "identifier",
    "text",
    "integer",
    "decimal",
    "number",
    "boolean",
    "timestamp",
    "date",
    "uuid",
    "json",
]
Epoch = Literal["", "s", "ms", "us"]

KINDS: tuple[Kind, ...] = get_args(Kind)
MAX_PRECISION = 38
_DECIMAL = re.compile(r"decimal\(([0-9]{1,2}), ?([0-9]{1,2})\)", re.ASCII)
_EPOCH = re.compile(r"timestamp\((s|ms|us)\)", re.ASCII)
_TEXT = (
    r"^(identifier|text|integer|number|boolean|date|uuid|json"
    r"|decimal\([0-9]{1,2}, ?[0-9]{1,2}\)|timestamp(\((s|ms|us)\))?)$"
)


@dataclass(frozen=True)
class FieldType:
    """One type. precision and scale: of `decimal`. epoch: unit of a `timestamp` in numbers.

    identifier: 1 to 64 letters, digits, `_ . : -`, a letter or digit first. integer: 64 bits.
    number: binary floating point. timestamp: RFC 3339 text, or whole or fractional numbers since
    1970 UTC. date: `2024-05-17`. json: any value, kept as it is.
    """

    kind: Kind
    precision: int = 0
    scale: int = 0
    epoch: Epoch = ""

    def __str__(self) -> str:
        if self.kind == "decimal":
            return f"decimal({self.precision},{self.scale})"
        return f"{self.kind}({self.epoch})" if self.epoch else self.kind

    @property
    def is_numeric(self) -> bool:
        """Whether values can be added up."""
        return self.kind in {"integer", "decimal", "number"}

    @classmethod
    def parse(cls, text: str) -> "FieldType":
        """Return the type that a text names. Errors: ValueError (pydantic's, with our words)."""
        if (found := _DECIMAL.fullmatch(text)) is not None:
            precision, scale = int(found[1]), int(found[2])
            if not 0 < precision <= MAX_PRECISION or scale > precision:
                raise PydanticCustomError(
                    "decimal", N_("needs 1 to 38 digits, and no more decimals than digits")
                )
            return cls("decimal", precision, scale)
        if (found := _EPOCH.fullmatch(text)) is not None:
            unit: Any = found[1]
            return cls("timestamp", epoch=unit)
        for kind in KINDS:
            if text == kind != "decimal":
                return cls(kind)
        raise PydanticCustomError(
            "type",
            N_(
                "is no type; types are identifier, text, integer, decimal(p,s), number, boolean, "
                "timestamp, timestamp(s|ms|us), date, uuid, json"
            ),
        )


class _AsText:
    """How pydantic reads a type: from its text."""

    @staticmethod
    def __get_pydantic_core_schema__(_source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            FieldType.parse,
            core_schema.str_schema(strict=True),
            serialization=core_schema.to_string_ser_schema(),
        )

    @staticmethod
    def __get_pydantic_json_schema__(
        _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": _TEXT}


TypeText = Annotated[FieldType, _AsText]
