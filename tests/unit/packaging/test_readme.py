"""README and documents say what the program, its help and the Makefile say."""

import re
from pathlib import Path

import pytest

from core.cli.joblist import NAMES, job_lines
from core.cli.parsing import help_text
from core.config.sources import NAMES as SETTINGS
from core.errors import ExitCode
from core.text import use_language

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted(
    file.relative_to(ROOT).as_posix()
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("core/**/*.md")]
)


@pytest.fixture(autouse=True)
def _english():
    use_language("en")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(text: str, first: str) -> list[list[str]]:
    """The rows of the table whose first heading is `first`."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def test_the_table_of_jobs_is_the_list_of_jobs():
    told = [(row[0].strip("`"), row[1]) for row in table(read("README.md"), "job")]
    assert told == list(job_lines().items())
    assert [name for name, _line in told] == list(NAMES)


def test_help_lists_the_same_jobs():
    shown = help_text(None)
    for name, line in job_lines().items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", shown, re.MULTILINE), name


def test_each_option_in_the_table_of_jobs_exists_with_that_default():
    for name, _does, options in table(read("README.md"), "job"):
        shown = " ".join(help_text(name.strip("`")).split())
        for option, _gap, default in re.findall(r"(--[a-z-]+)( ([\w/-]+))?", options):
            about = shown.partition(f" {option} ")[2]
            assert about, f"{name}: {option}"
            if re.fullmatch(r"[\d-]+", default):
                assert f"(default: {default})" in about.split(" --")[0], f"{name}: {option}"


def test_the_options_of_every_job_are_named():
    shared = help_text(None).partition("options of every job")[2].partition("jobs:")[0]
    known = set(re.findall(r"^  (--[a-z-]+)", shared, re.MULTILINE))
    named = set(re.findall(r"`(--[a-z-]+)", read("README.md")))
    assert known - {"--help", "--version"} <= named


def test_every_job_has_its_keys_in_operations():
    told = [row[0].strip("`") for row in table(read("docs/operations.md"), "job")]
    assert told == list(NAMES)


def test_every_check_is_explained():
    from core.pipeline import builtin
    from core.validation import checks_of

    told = [row[0].strip("`") for row in table(read("docs/operations.md"), "check")]
    assert told == list(checks_of(builtin().definition))


def test_the_exit_codes_are_those_of_the_program():
    told = {
        int(code)
        for row in table(read("README.md"), "exit code")
        for code in row[0].replace(",", " ").split()
    }
    assert told == {int(code) for code in ExitCode}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_target_that_is_named_exists(document):
    code = re.findall(r"`([^`]+)`", read(document).replace("```", ""))
    named = [part for text in code for part in re.findall(r"(?:^|[\s;])make ([a-z][a-z-]*)", text)]
    assert set(named) <= targets()


def test_targets_that_people_need_are_in_the_readme():
    named = set(re.findall(r"make ([a-z][a-z-]*)", read("README.md")))
    hidden = {"help", "lint", "format", "types", "contracts", "messages"}
    assert targets() - hidden <= named


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_that_is_named_exists(document):
    named = set(re.findall(r"`((?:KAFKA|SNOW|DROPSHIP)_[A-Z_]+)\b(?!<)", read(document)))
    prefixes = ("KAFKA_CONF_", "SNOW_CONNECT_")
    generic = {name for name in named if name.startswith(prefixes) or name.endswith("_")}
    assert named - generic <= set(SETTINGS)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)\)", read(document)):
        if not target.startswith("http"):
            assert (ROOT / document).parent.joinpath(target).exists(), target


def test_every_module_that_the_architecture_names_exists():
    named = re.findall(r"`((?:core|sql)/[\w./-]+)`", read("docs/architecture.md"))
    short = re.findall(r"`((?:cli|producer|operations)/[\w.]+)`", read("docs/architecture.md"))
    for name in [*named, *(f"core/{name}" for name in short)]:
        assert (ROOT / name).exists(), name
