"""The options of a producer run."""

from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from core.jobs.produce import Options
from core.producer.options import DEFAULT_RATES, Mode, ProduceOptions, Profile
from core.text import _
from tui.dialogs.form import Field, FormScreen
from tui.dialogs.values import (
    Texts,
    number,
    optional_number,
    optional_whole,
    plain,
)


class ProducerForm(FormScreen[Options]):
    """Asks what to publish. given: the values that are shown at first."""

    def __init__(self, given: Options) -> None:
        rate = DEFAULT_RATES[given.mode] if given.rate is None else given.rate
        share = _("share of orders, 0 to 1")
        fields = [
            Field("--mode", _("mode"), given.mode, choices=get_args(Mode)),
            Field("--rate", _("rate"), plain(rate), _("events a second; 0: as fast as possible")),
            Field("--profile", _("profile"), given.profile, choices=get_args(Profile)),
            Field("--limit", _("limit"), plain(given.limit), _("orders; empty: all")),
            Field("--duration", _("duration"), plain(given.duration), _("seconds; empty: no end")),
            Field("--duplicates", _("duplicates"), plain(given.duplicates), share),
            Field("--late", _("late"), plain(given.late), share),
            Field("--poison", _("poison"), plain(given.poison), share),
        ]
        super().__init__(_("Publish"), fields, lambda texts: read(texts, given))


def read(texts: Texts, given: Options) -> Options:
    """Return the options that were typed. Errors: UsageError naming the option."""
    options = replace(
        given,
        mode=cast("Mode", texts["--mode"]),
        rate=number(texts, "--rate"),
        profile=cast("Profile", texts["--profile"]),
        limit=optional_whole(texts, "--limit"),
        duration=optional_number(texts, "--duration"),
        duplicates=number(texts, "--duplicates"),
        late=number(texts, "--late"),
        poison=number(texts, "--poison"),
    )
    ProduceOptions(
        mode=options.mode,
        input=options.input or Path(),
        rate=options.rate or 0.0,
        limit=options.limit,
        duration_s=options.duration,
        profile=options.profile,
        duplicates=options.duplicates,
        late=options.late,
        poison=options.poison,
    )
    return options
