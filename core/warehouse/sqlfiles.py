"""Named SQL of a pipeline and of the engine, filled with the identifiers of one warehouse.

`core.pipeline.folder` says where a name is looked up and what stands for what in the files,
`core.warehouse.fragments` how one of them takes in a piece that several share.
"""

from core.pipeline.folder import Pipeline, builtin
from core.warehouse.fragments import included


def source(dialect: str, name: str, pipeline: Pipeline) -> str:
    """Return named SQL with what it includes, placeholders as they are. Errors: KeyError."""
    return included(pipeline.sql(dialect, name), lambda part: pipeline.sql(dialect, part))


def statement(dialect: str, name: str, quoted_schema: str, pipeline: Pipeline | None = None) -> str:
    """Return one named statement. pipeline: default orders. Errors: KeyError: it has no file."""
    pipeline = pipeline or builtin()
    text = source(dialect, name, pipeline)
    for placeholder, value in pipeline.placeholders(dialect).items():
        text = text.replace(f"{{{placeholder}}}", value)
    return text.replace("{schema}", quoted_schema)


def script(
    dialect: str, name: str, quoted_schema: str, pipeline: Pipeline | None = None
) -> list[str]:
    """Return the statements of a file, split at semicolons that end a line."""
    text = statement(dialect, name, quoted_schema, pipeline)
    parts = (part.strip() for part in text.split(";\n"))
    return [part.rstrip(";").strip() for part in parts if part.strip(" \n;")]
