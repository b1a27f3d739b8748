"""Reads `pipeline.toml`: a checked definition, or a line for each thing that is wrong with it."""

import re
import tomllib
from collections.abc import Collection, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.errors import ConfigError
from core.pipeline.definition import Definition
from core.pipeline.toml_lines import line_of
from core.text import _, clean

_SHOWN = 80
_MOST = 20
_AT = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")


class DefinitionError(ConfigError):
    """A definition that cannot be used. problems: a line each, with file, line and key."""

    kind = "config"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            _("; ").join(problems),
            hint=_(
                "docs/pipelines.md explains every key; `dropship --run init` writes such a file"
            ),
        )
        self.problems = tuple(problems)


def read_definition(text: str, where: str, taken: Collection[str] = ()) -> Definition:
    """Return the definition that a TOML text holds. where: its file, for messages.

    taken: names that no threshold may have. Errors: DefinitionError with everything that is wrong.
    """
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        place = f"{clean(where)}:{found[1]}" if found else clean(where)
        reason = clean(_AT.sub("", str(error)).strip(), _SHOWN)
        problem = _("{where}: not TOML: {reason}").format(where=place, reason=reason)
        raise DefinitionError([problem]) from None
    try:
        return Definition.model_validate(_frozen(value), context={"taken": taken})
    except ValidationError as error:
        found_errors = error.errors(include_url=False)
    problems = [_told(text, where, fault) for fault in found_errors[:_MOST]]
    raise DefinitionError(list(dict.fromkeys(problems)))


def _frozen(value: object) -> object:
    """Return a value of TOML with tuples for lists, which strict models take."""
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _told(text: str, where: str, fault: ErrorDetails) -> str:
    """Return one line for one fault: file, line, key, and what is wrong."""
    context: dict[str, Any] = fault.get("ctx", {})
    place: tuple[str | int, ...] = _plain(fault["loc"])
    if "where" in context:
        place = _split(str(context["where"]))
        place += tuple(filter(None, [str(context.get("key", ""))]))
    key = ".".join(_key(step) for step in place) or _("the file")
    line = line_of(text, place)
    return _("{where}:{line}: {key}: {reason}").format(
        where=clean(where), line=line, key=key, reason=_reason(fault, context)
    )


def _plain(place: tuple[int | str, ...]) -> tuple[str | int, ...]:
    """Return a place without the steps that pydantic adds for the members of a union."""
    extra = {"str", "[key]", "is-instance[Decimal]", "constrained-str"}
    return tuple(step for step in place if step not in extra and "function-" not in str(step))


def _split(where: str) -> tuple[str | int, ...]:
    """Return a place of the definition's own checks: section, then the path as one key."""
    section, _dot, rest = where.partition(".")
    if section == "checks":
        number, _dot, last = rest.partition(".")
        return (section, int(number), last)
    if section == "references":
        name, _dot, last = rest.partition(".")
        return (section, name, last) if last else (section, name)
    return (section, rest) if rest else (section,)


def _key(step: str | int) -> str:
    if isinstance(step, int):
        return str(step + 1)
    shown = clean(step, _SHOWN)
    return f'"{shown}"' if "." in shown else shown


def _reason(fault: ErrorDetails, context: dict[str, Any]) -> str:
    """Return what is wrong with one value."""
    kind, value = fault["type"], fault["input"]
    if "reason" in context:
        name = repr(clean(context.get("name", ""), _SHOWN))
        return _(str(context["reason"])).format(name=name, detail=context.get("detail", ""))
    if kind.endswith("_type"):
        return _("must be {expected}").format(expected=_expected(kind))
    known = {
        "missing": _("is missing"),
        "extra_forbidden": _("is no key of a definition"),
        "too_short": _("is empty"),
        "literal_error": _("{value} is none of {known}"),
        "string_pattern_mismatch": _("{value} does not fit"),
        "greater_than_equal": _("{value} is too small: at least {bound}"),
        "less_than_equal": _("{value} is too large: at most {bound}"),
    }
    shown = repr(clean(value, _SHOWN)) if isinstance(value, (str, int, float)) else ""
    if kind in known:
        return known[kind].format(
            value=shown,
            known=clean(context.get("expected", ""), 200),
            bound=context.get("ge", context.get("le")),
        )
    return f"{shown} {_(fault['msg'])}".strip()


def _expected(kind: str) -> str:
    words = {
        "string_type": _("a text"),
        "int_type": _("a whole number"),
        "float_type": _("a number"),
        "bool_type": _("true or false"),
        "dict_type": _("a table"),
        "model_type": _("a table"),
        "tuple_type": _("a list"),
    }
    return words.get(kind, kind.removesuffix("_type"))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a definition, for editors."""
    made = Definition.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return made
