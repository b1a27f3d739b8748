"""How many of what, in the form that the number wants."""

from core.text.catalogue import ngettext
from core.text.number_format import count


def customers(number: int) -> str:
    """Return so many customers."""
    return ngettext("{count} customer", "{count} customers", number).format(count=count(number))


def products(number: int) -> str:
    """Return so many products."""
    return ngettext("{count} product", "{count} products", number).format(count=count(number))


def orders(number: int) -> str:
    """Return so many orders."""
    return ngettext("{count} order", "{count} orders", number).format(count=count(number))


def records(number: int) -> str:
    """Return so many records of a topic."""
    return ngettext("{count} record", "{count} records", number).format(count=count(number))


def dead_letters(number: int) -> str:
    """Return so many dead letters."""
    return ngettext("{count} dead letter", "{count} dead letters", number).format(
        count=count(number)
    )


def raw_events(number: int) -> str:
    """Return so many raw events."""
    return ngettext("{count} raw event", "{count} raw events", number).format(count=count(number))


def warnings(number: int) -> str:
    """Return so many warnings."""
    return ngettext("{count} warning", "{count} warnings", number).format(count=count(number))


def errors(number: int) -> str:
    """Return so many errors."""
    return ngettext("{count} error", "{count} errors", number).format(count=count(number))


def partitions(number: int) -> str:
    """Return so many partitions."""
    return ngettext("{count} partition", "{count} partitions", number).format(count=count(number))
