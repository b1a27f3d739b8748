"""Forms that change settings: one of any kind, or the limits of the alerts together."""

from collections.abc import Mapping, Sequence

from core.config.sources import LIMIT
from core.config.thresholds import Thresholds
from core.operations.base import Configuring
from core.operations.configuration import SavedSettings
from core.operations.effective_settings import EffectiveSetting
from core.text import _, clean
from core.text.figures import read_figure
from tui.dialogs.form import Field, FieldsError, FormScreen
from tui.dialogs.values import Texts, plain

Changes = Mapping[str, str]

LIMITS: Sequence[str] = (
    *(name for name in Thresholds.model_fields if name.startswith("alert_")),
    "freshness_warn_s",
    "freshness_fail_s",
)
"""The limits that the alerts pane shows, by their names in Thresholds."""


class SettingForm(FormScreen[Changes]):
    """Asks for the value of one setting; errors are those of the settings themselves."""

    def __init__(self, shown: EffectiveSetting, configuration: Configuring) -> None:
        field = _field(shown)
        super().__init__(
            clean(shown.name, 60),
            [field],
            lambda texts: judged(configuration, {shown.name: texts[shown.name]}),
            shape="tall",
        )


def judged(configuration: Configuring, changes: Changes) -> Changes:
    """Return changes that can be saved. Errors: FieldsError."""
    if changes and (faults := configuration.faults(changes)):
        raise FieldsError({name: clean(told, 400) for name, told in faults.items()})
    return changes


def _field(shown: EffectiveSetting) -> Field:
    """Return the field of a setting; what is set already is shown unless it is secret."""
    value = shown.value if shown.where and not shown.secret else ""
    if shown.secret:
        told = _("replaces the secret; it is never shown")
    elif shown.where:
        told = _("empty takes it out of the file: the default holds again")
    else:
        told = _("not set; in force: {value}").format(value=clean(shown.value, 200))
    if shown.at_once:
        return Field(shown.name, _("takes effect at once"), value, told)
    label = _("takes effect at the next start")
    return Field(shown.name, label, value, told, secret=shown.secret)


def saved_text(saved: SavedSettings, *, attached: bool) -> str:
    """Return what a change did, and when it takes effect."""
    told = _("Saved in {file}.").format(file=clean(saved.file, 200))
    if saved.later:
        later = _("It takes effect when dropship starts again.")
        if attached:
            later = _("It takes effect when the service starts again.")
        return f"{told} {later}"
    return f"{told} " + _("In effect now.")


class LimitsForm(FormScreen[Changes]):
    """Asks for the limits of the alerts; gives those that were changed, as settings have them.

    limits: those in force. shown: the settings, for where they come from.
    """

    def __init__(
        self,
        limits: Mapping[str, float],
        shown: Sequence[EffectiveSetting],
        configuration: Configuring,
    ) -> None:
        fixed = {one.name for one in shown if one.fixed}
        names = {f"{LIMIT}{name.upper()}": name for name in LIMITS if name in limits}
        before = {setting: plain(limits[name]) for setting, name in names.items()}
        fields = [
            Field(
                setting,
                limit_name(name),
                before[setting],
                _("set in the environment") if setting in fixed else _unit(name),
                fixed=setting in fixed,
            )
            for setting, name in names.items()
        ]

        def parse(texts: Texts) -> Changes:
            given, faults = {}, {}
            for setting in names:
                try:
                    given[setting] = figure(texts[setting])
                except ValueError:
                    faults[setting] = _("give a number, such as 0.5")
            if faults:
                raise FieldsError(faults)
            return judged(
                configuration,
                {name: value for name, value in given.items() if value != before[name]},
            )

        super().__init__(_("Limits of the alerts"), fields, parse, shape="wide")


def figure(text: str) -> str:
    """Return a figure as a setting has it: 50k is 50000, 5 % is 0.05; nothing stays nothing.

    Errors: ValueError.
    """
    bare = text.strip()
    if not bare:
        return ""
    share = bare.removesuffix("%")
    value = read_figure(share.strip())
    return plain(float(value / 100 if share != bare else value))


def limit_name(name: str) -> str:
    """Return a limit as people read it."""
    names = {
        "lag": _("lag"),
        "behind": _("time lag"),
        "drop": _("throughput drop"),
        "undelivered": _("undelivered"),
        "dead_letters": _("dead letters"),
        "latency": _("latency p95"),
        "merge": _("merge delay"),
        "freshness": _("freshness"),
        "window": _("window of rates"),
        "hold": _("time before it is raised"),
    }
    bare = name.removeprefix("alert_").removesuffix("_s").removesuffix("_ms")
    for ending, level in (("_warn", _("warning")), ("_fail", _("critical"))):
        if bare.endswith(ending):
            return f"{names[bare.removesuffix(ending)]}, {level}"
    return names[bare]


def _unit(name: str) -> str:
    if name.endswith("_ms"):
        return _("milliseconds")
    if name.endswith("_s"):
        return _("seconds")
    return _("records") if "_lag_" in name else _("share: 0.05 or 5 %")
