"""`dropship --help` answers at once and loads nothing heavy."""

import os
import resource
import subprocess
import sys
import tomllib

import pytest

from core.cli.joblist import NAMES
from tests.integration.cli.conftest import ROOT

HEAVY = {
    "pandas",
    "duckdb",
    "pyarrow",
    "numpy",
    "snowflake",
    "textual",
    "rich",
    "pydantic",
    "confluent_kafka",
    "faker",
    "jinja2",
    "msgspec",
    "tqdm",
    "tabulate",
    "logging",
}
LIST_MODULES = (
    "import sys; from core.cli.main import entry_point; code = entry_point();"
    "sys.stderr.write(' '.join(sys.modules)); sys.exit(code)"
)


def modules_after(folder, *arguments: str) -> tuple[int, str, set[str]]:
    ended = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    names = {name.split(".")[0] for name in ended.stderr.split()}
    return ended.returncode, ended.stdout, names


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--run", "seed", "--help"), ("--version",), ("--run", "pipeline", "-h")],
)
def test_help_imports_nothing_heavy(tmp_path, arguments):
    code, out, names = modules_after(tmp_path, *arguments)
    assert code == 0
    assert out
    assert names & HEAVY == set()


def test_help_loads_no_tool_that_it_has_no_use_for(tmp_path):
    """A fifth of its time went into them; importlib.abc and argparse bring the compressors."""
    _code, _out, names = modules_after(tmp_path, "--help")
    assert names & {"bz2", "difflib", "json", "lzma", "shutil", "traceback", "zipfile"} == set()


def test_a_wrong_call_imports_nothing_heavy(tmp_path):
    code, _out, names = modules_after(tmp_path, "--run", "seed", "--orders", "x")
    assert code == 2
    assert names & HEAVY == set()


def test_a_json_result_needs_no_tool_for_people(tmp_path):
    code, _out, names = modules_after(tmp_path, "--run", "seed", "--json", "--orders", "5")
    assert code == 0
    assert names & {"textual", "rich", "tabulate", "tqdm", "pandas", "snowflake"} == set()


def test_help_takes_little_time(tmp_path):
    def processor_seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        modules_after(tmp_path, "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(processor_seconds() for _ in range(3)) < 0.25


def test_help_and_version_go_to_stdout(dropship):
    helped = dropship("--help")
    assert (helped.code, helped.err) == (0, "")
    for name in NAMES:
        assert f"  {name} " in helped.out
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert dropship("--version").out == f"dropship {project['version']}\n"
    assert dropship("--run", "nope", "--help").code == 2


@pytest.mark.slow
def test_the_embedded_pipeline_leaves_pandas_out(tmp_path):
    """pyarrow would import it, 0.3 s in every process, only to see whether it is there."""
    code, _out, names = modules_after(tmp_path, "--run", "pipeline", "--json", "--orders", "50")
    assert code == 0
    assert "pyarrow" in names
    assert "pandas" not in names
