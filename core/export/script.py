"""The SQL that goes with an engine: its table, and the task that takes records on."""

import re
from importlib.resources import files

from core.broker.identity import TopicIdentity
from core.config import Settings
from core.warehouse.fragments import included
from core.warehouse.snowflake.identifiers import literal, snowflake_identifiers
from core.warehouse.snowflake.scripts import (
    SERVERLESS,
    TASK_ERRORS,
    script_text,
    setup_scripts,
)

_OF_THE_TASKS = (SERVERLESS, TASK_ERRORS)
"""Scripts of `setup` that change every task: those of the engine too."""
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def sink_script(settings: Settings, identity: TopicIdentity) -> str:
    """Return the script with every name filled in. identity: of the topic as it is now.

    A topic that was made again is another source: the script has to be written and run anew.
    """
    names = snowflake_identifiers(settings)
    values = {
        **names.placeholders(),
        "topic_text": literal(identity.topic),
        "source_text": literal(identity.source_id),
        "cluster_text": literal(identity.cluster_id),
        "generation_text": literal(identity.topic_id),
    }
    file = files("sql").joinpath("connector", "sink.sql")
    text = file.read_text(encoding="utf-8")
    parts = [included(text, lambda name: settings.pipeline.sql("snowflake", name))]
    parts += [script_text(name, names) for name in setup_scripts(names) if name in _OF_THE_TASKS]
    text = "\n".join(parts)
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
