"""Keeps pandas out of processes that have no use for it.

pandas is installed beside the Snowflake connector, which takes it up. pyarrow imports it at the
first array of plain Python values, only to ask whether they are a Series: 0.3 s and 60 MB in every
process.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_NAME = "pandas"


class _PandasBlocker:
    """A finder, without `importlib.abc`: that loads shutil and every compressor."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the names are the protocol's
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname == _NAME:
            raise ModuleNotFoundError(f"{_NAME} is left out of this process", name=_NAME)
        return None


def block_pandas() -> None:
    """Make `import pandas` fail from now on, which pyarrow takes as not installed.

    Without effect once pandas is imported.
    """
    if not any(isinstance(finder, _PandasBlocker) for finder in sys.meta_path):
        sys.meta_path.insert(0, _PandasBlocker())
