"""What a pipeline is: a folder with a definition (`pipeline.toml`) and the SQL that goes with it.

The engine (reading, decoding, fence, dead letters, merge, checks, figures, console) takes all it
knows of events and tables from here; `sql/orders` is the pipeline that is built in.
"""

from core.pipeline.definition import Definition
from core.pipeline.folder import Pipeline, builtin, open_pipeline

__all__ = ["Definition", "Pipeline", "builtin", "open_pipeline"]
