"""Tells a CSV file with other separators than commas: spreadsheets write semicolons and tabs."""

from collections.abc import Collection

from core.text.catalogue import N_, _

_OTHERS = {";": N_("semicolons"), "\t": N_("tabs"), "|": N_("vertical bars")}


def other_separator(header: str, wanted: Collection[str]) -> str:
    """Return what separates the names of a header, in words; empty where it is a comma or none.

    wanted: the columns that the file must have; two of them must come to light.
    """
    for sign, words in _OTHERS.items():
        names = {name.strip().strip('"') for name in header.split(sign)}
        if len(names & set(wanted)) >= min(2, len(wanted)):
            return _(words)
    return ""


def separated_otherwise(separator: str) -> str:
    """Return the reason why such a file cannot be used."""
    return _("the columns are separated by {separator}, not by commas").format(separator=separator)


def save_with_commas() -> str:
    """Return how to fix it."""
    return _("save the file as CSV with commas, UTF-8 and one row a line")
