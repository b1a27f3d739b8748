"""The controls that a service offers: each with the types of its arguments and of its result.

What does not stand here, nobody can ask for. The ones that change something are refused to
read-only callers, and the log says who asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from core.config.edit import LONGEST
from core.dlq.edits import Edit
from core.jobs.options import LoadOptions, PublishOptions, SeedOptions
from core.operations.configuration import MOST_CHANGES, SavedSettings
from core.operations.controller import Controller
from core.operations.effective_settings import EffectiveSetting
from core.operations.history import Sample
from core.operations.letter_work import Chosen
from core.producer.modes import Profile
from core.validation.history import PastRun

Do = Callable[..., Any]


@dataclass(frozen=True)
class Control:
    """One control. do: given the controller and the arguments. changes: more than what is shown."""

    do: Do
    arguments: Any = tuple[()]
    result: Any = None
    changes: bool = True


def _on_producer(name: str) -> Do:
    """Return what calls a method of the producer under way, and says whether there was one."""

    def do(controller: Controller, *arguments: Any) -> bool:
        worker = controller.producer
        if worker is not None:
            getattr(worker, name)(*arguments)
        return worker is not None

    return do


def _on_consumer(name: str) -> Do:
    def do(controller: Controller) -> bool:
        worker = controller.consumer
        if worker is not None:
            getattr(worker, name)()
        return worker is not None

    return do


_Name = Annotated[str, msgspec.Meta(max_length=200)]
_Value = Annotated[str, msgspec.Meta(max_length=2 * LONGEST)]
_Changes = Annotated[dict[_Name, _Value], msgspec.Meta(max_length=MOST_CHANGES)]


CONTROLS: dict[str, Control] = {
    "generate": Control(Controller.generate, tuple[SeedOptions], bool),
    "cancel_seed": Control(Controller.cancel_seed),
    "start_producer": Control(Controller.start_producer, tuple[PublishOptions], bool),
    "pause_producer": Control(_on_producer("pause"), result=bool),
    "resume_producer": Control(_on_producer("resume"), result=bool),
    "stop_producer": Control(_on_producer("stop"), result=bool),
    "set_rate": Control(_on_producer("set_rate"), tuple[float], bool),
    "set_profile": Control(_on_producer("set_profile"), tuple[Profile], bool),
    "start_consumer": Control(Controller.start_consumer, result=bool),
    "pause_consumer": Control(_on_consumer("pause"), result=bool),
    "resume_consumer": Control(_on_consumer("resume"), result=bool),
    "stop_consumer": Control(_on_consumer("stop"), result=bool),
    "restart_merge": Control(Controller.restart_merge, result=bool),
    "validate": Control(Controller.validate, result=bool),
    "validate_every": Control(Controller.validate_every, tuple[float]),
    "refresh_every": Control(Controller.refresh_every, tuple[float]),
    "refresh": Control(Controller.refresh, changes=False),
    "past_validations": Control(
        Controller.past_validations, tuple[int], list[PastRun], changes=False
    ),
    "replay": Control(Controller.replay, tuple[list[str]], bool),
    "cancel_replay": Control(Controller.cancel_replay),
    "replay_chosen": Control(
        lambda here, chosen, edits: here.letters.replay(chosen, edits),
        tuple[Chosen, list[Edit]],
        bool,
    ),
    "dismiss": Control(
        lambda here, chosen, why, who: here.letters.dismiss(chosen, why, who),
        tuple[Chosen, str, str],
        bool,
    ),
    "restore_letters": Control(
        lambda here, chosen: here.letters.restore(chosen), tuple[Chosen], bool
    ),
    "cancel_decision": Control(lambda here: here.letters.cancel()),
    "acknowledge": Control(Controller.acknowledge, tuple[str | None], int),
    "history": Control(Controller.history, result=list[Sample], changes=False),
    "demonstrate": Control(Controller.demonstrate, tuple[int, float], bool),
    "cancel_demo": Control(Controller.cancel_demo),
    "open": Control(Controller.open, result=bool, changes=False),
    "look_again": Control(lambda here: here.explorer.look_again(), changes=False),
    "settings": Control(
        lambda here: here.configuration.listed(),
        result=tuple[EffectiveSetting, ...],
        changes=False,
    ),
    "setting_faults": Control(
        lambda here, changes: here.configuration.faults(changes),
        tuple[_Changes],
        dict[str, str],
        changes=False,
    ),
    "save_settings": Control(
        lambda here, changes: here.configuration.save(changes), tuple[_Changes], SavedSettings
    ),
    "examine": Control(lambda here: here.explorer.examine(), result=bool, changes=False),
    "upkeep_refusal": Control(lambda here: here.upkeep.refusal, result=str, changes=False),
    "merge": Control(lambda here: here.upkeep.merge(), result=bool),
    "load": Control(lambda here, options: here.upkeep.load(options), tuple[LoadOptions], bool),
    "set_up": Control(lambda here: here.upkeep.set_up(), result=bool),
    "repair": Control(lambda here: here.upkeep.repair(), result=bool),
    "cancel_upkeep": Control(lambda here: here.upkeep.cancel(), result=bool),
}
"""By name. `look` and `stop` are the server's own."""
