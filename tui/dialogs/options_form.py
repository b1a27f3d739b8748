"""The options of a job as a form: labels, hints, types and choices are those of its declaration."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from core.errors import DropshipError
from core.jobs.option_declarations import Option, declared
from core.text import _
from tui.dialogs.form import Field, FieldsError, FormScreen, named_in
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
    """Return the options that were typed. Errors: FieldsError with every one that is wrong."""
    chosen = _chosen(given, names)
    values, faults = {}, {}
    for option in chosen:
        try:
            values[option.field] = _value(option, texts)
        except DropshipError as error:
            faults[option.flag] = _told(error)
    fields = {option.flag: option.field for option in chosen}
    # What is wrong is taken as it was, so that the next one that is wrong can be told as well.
    for _time in range(len(chosen) + 1):
        options = replace(given, **values)
        try:
            check(options)
        except DropshipError as error:
            wrong = [name for name in named_in(error, list(fields)) if name not in faults]
            if not wrong:
                if faults:
                    break
                raise
            for name in wrong:
                faults[name] = _told(error)
                values.pop(fields[name], None)
        else:
            break
    if faults:
        raise FieldsError(faults)
    return options


def _told(error: DropshipError) -> str:
    return error.message + (f" · {error.hint}" if error.hint else "")


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
