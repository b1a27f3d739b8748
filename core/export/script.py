"""The SQL that goes with an engine: its table, and the task that takes records on."""

import re
from importlib.resources import files

from core.broker.identity import TopicIdentity
from core.config import Settings
from core.warehouse.snowflake.names import snowflake_names

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def sink_script(settings: Settings, identity: TopicIdentity) -> str:
    """Return the script with every name filled in. identity: of the topic as it is now.

    A topic that was made again is another source: the script has to be written and run anew.
    """
    values = {
        **snowflake_names(settings).placeholders(),
        "topic_text": literal(identity.topic),
        "source_text": literal(identity.source_id),
        "cluster_text": literal(identity.cluster_id),
        "generation_text": literal(identity.generation),
    }
    text = files("sql").joinpath("connector", "sink.sql").read_text(encoding="utf-8")
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def literal(value: str) -> str:
    """Return a value as a string of Snowflake's SQL, in which a backslash escapes too."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
