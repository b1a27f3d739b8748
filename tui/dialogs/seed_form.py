"""The options of a seed run."""

from dataclasses import replace

from core.jobs.seed import Options
from core.seed.spec import SeedSpec
from core.text import _
from tui.dialogs.form import Field, FormScreen
from tui.dialogs.values import Texts, day, whole


class SeedForm(FormScreen[Options]):
    """Asks what to generate. given: the values that are shown at first."""

    def __init__(self, given: Options) -> None:
        fields = [
            Field("--customers", _("customers"), str(given.customers), _("rows")),
            Field("--products", _("products"), str(given.products), _("rows")),
            Field("--orders", _("orders"), str(given.orders), _("rows")),
            Field("--seed", _("random seed"), str(given.seed), _("the same seed, the same files")),
            Field("--start", _("first day"), given.start.isoformat(), _("year-month-day, UTC")),
            Field("--end", _("last day"), given.end.isoformat(), _("included")),
        ]
        super().__init__(_("Generate"), fields, lambda texts: read(texts, given))


def read(texts: Texts, given: Options) -> Options:
    """Return the options that were typed. Errors: UsageError naming the option."""
    options = replace(
        given,
        customers=whole(texts, "--customers"),
        products=whole(texts, "--products"),
        orders=whole(texts, "--orders"),
        seed=whole(texts, "--seed"),
        start=day(texts, "--start"),
        end=day(texts, "--end"),
    )
    SeedSpec(
        options.customers,
        options.products,
        options.orders,
        options.seed,
        options.start,
        options.end,
    )
    return options
