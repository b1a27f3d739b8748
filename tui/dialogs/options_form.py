"""The options of a job as a form: labels, hints, types and choices are those of its declaration."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from core.jobs.option_declarations import Option, declared
from core.text import _
from tui.dialogs.form import Field, FormScreen
from tui.dialogs.values import Texts, day, number, optional_number, optional_whole, plain, whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

OptionsT = TypeVar("OptionsT", bound="DataclassInstance")


class OptionsForm(FormScreen[OptionsT]):
    """Asks for some options, in the order of their fields' names.

    given: the values that are shown at first. check: refuses what was typed by a DropshipError.
    """

    def __init__(
        self,
        title: str,
        given: OptionsT,
        names: Sequence[str],
        check: Callable[[OptionsT], object],
        start: str = "",
    ) -> None:
        options = _chosen(given, names)
        fields = [_field(option, getattr(given, option.field)) for option in options]
        super().__init__(title, fields, lambda texts: read(texts, given, names, check), start)


def read(
    texts: Texts, given: OptionsT, names: Sequence[str], check: Callable[[OptionsT], object]
) -> OptionsT:
    """Return the options that were typed. Errors: UsageError naming the option."""
    values = {option.field: _value(option, texts) for option in _chosen(given, names)}
    options = replace(given, **values)
    check(options)
    return options


def _chosen(given: "DataclassInstance", names: Sequence[str]) -> list[Option]:
    options = {option.field: option for option in declared(type(given))}
    return [options[name] for name in names]


def _field(option: Option, value: Any) -> Field:
    opt = option.opt
    choices = get_args(option.type) if get_origin(option.type) is Literal else ()
    text = plain(value) if option.type in {int, float} else str(value)
    return Field(option.flag, _(opt.label), text, _(opt.note), choices)


def _value(option: Option, texts: Texts) -> object:
    if option.type is int:
        return (optional_whole if option.optional else whole)(texts, option.flag)
    if option.type is float:
        return (optional_number if option.optional else number)(texts, option.flag)
    return day(texts, option.flag) if option.type is date else texts[option.flag]
