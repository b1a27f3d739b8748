"""What a warehouse engine is, as data: who has to differ asks for what differs, not for a name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """One kind of warehouse. name: in results, and of its folders of SQL.

    is_remote: it is a service; each question takes a round trip and keeps it awake, which is
    billed. has_tasks: it merges by itself, and tells what it used. upgrades_itself: whoever opens
    it brings tables of an earlier version up to date. needs_pandas: its client library does.
    """

    name: str
    is_remote: bool = False
    has_tasks: bool = False
    upgrades_itself: bool = False
    needs_pandas: bool = False

    def every_s(self, local_s: float, remote_s: float) -> float:
        """Return how often it may be asked (seconds)."""
        return remote_s if self.is_remote else local_s


DUCKDB = Engine("duckdb", upgrades_itself=True)
SNOWFLAKE = Engine("snowflake", is_remote=True, has_tasks=True, needs_pandas=True)
