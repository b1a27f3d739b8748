"""The options of every job: order, defaults, refusals, and that jobs and help agree."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from core.cli import parsing
from core.cli.job_runner import job_module, job_options
from core.cli.joblist import NAMES, job_lines
from core.errors import UsageError

WRITTEN = [name for name in NAMES if importlib.util.find_spec(f"core.jobs.{name}") is not None]


def refusal(*arguments: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        parsing.parse("seed", arguments)
    return caught.value


@pytest.mark.parametrize("job", WRITTEN)
def test_a_job_gets_its_own_defaults(job):
    found = parsing.parse(job, ["--run", job])
    module = job_module(job)
    assert job_options(module, vars(found)) == module.Options()


@pytest.mark.parametrize("job", WRITTEN)
def test_a_job_has_no_option_that_cannot_be_given(job):
    found = vars(parsing.parse(job, ["--run", job]))
    fields = {field.name for field in dataclasses.fields(job_module(job).Options)}
    common = set(vars(parsing.main_parser().parse_args(["--run", job])))
    assert fields == set(found) - common - {"max_bad"}


@pytest.mark.parametrize("job", NAMES)
def test_only_jobs_that_count_bad_records_take_a_limit_of_them(job):
    takes = "max_bad" in vars(parsing.parse(job, ["--run", job]))
    assert takes is (job in {"produce", "consume", "pipeline"})


@pytest.mark.parametrize("job", NAMES)
def test_help_names_every_option_with_its_default(job):
    text = parsing.help_text(job)
    assert job_lines()[job] in text
    for action in parsing.job_parser(job)._actions:
        if action.option_strings == ["-h"]:
            continue
        assert action.option_strings[0] in text
        if action.nargs != 0:
            assert "(default:" in action.help


def test_the_main_help_lists_every_job():
    text = parsing.help_text(None)
    for name, line in job_lines().items():
        assert name in text
        assert line in text


def test_options_stand_in_any_order():
    found = parsing.parse("seed", ["--orders", "7", "--json", "--run=seed", "--data-dir", "x"])
    assert (found.orders, found.json, found.data_dir) == (7, True, Path("x"))


def test_a_glance_never_fails():
    seen = parsing.pre_parse(["--run"])
    assert seen.job == ""
    assert parsing.pre_parse([]).job is None
    seen = parsing.pre_parse(["--lang", "xx", "--json", "--run=nope", "-h"])
    assert (seen.job, seen.language, seen.as_json, seen.wants_help) == ("nope", None, True, True)
    assert parsing.pre_parse(["--lang=fr"]).language == "fr"


def test_an_unknown_job_gets_a_suggestion():
    with pytest.raises(UsageError) as caught:
        parsing.parse("produse", ["--run", "produse"])
    assert "'produse'" in caught.value.message
    assert "produce" in caught.value.hint


def test_an_unknown_option_gets_a_suggestion():
    error = refusal("--run", "seed", "--order", "5")
    assert "--order: unknown option" in error.message
    assert "--orders" in error.hint


def test_an_option_of_another_job_is_refused():
    assert "--until-caught-up" in refusal("--run", "seed", "--until-caught-up").message


def test_a_missing_value_and_one_too_many_are_told_apart():
    assert refusal("--run", "seed", "--orders").message == "--orders: its value is missing"
    assert refusal("--run", "seed", "--json=1").message == "--json: takes no value"


def test_a_word_without_an_option_is_refused():
    assert "'stray'" in refusal("--run", "seed", "stray").message


def test_the_name_of_a_job_alone_leads_to_run():
    assert "dropship --run seed" in parsing.refuse_without_job(["seed"]).hint


def test_without_a_job_one_is_asked_for():
    error = parsing.refuse_without_job([])
    assert "name a job" in error.message
    assert "--help" in error.hint


@pytest.mark.parametrize(
    "arguments",
    [
        ("mine", "--from-topic", "t", "--json"),
        ("--json", "--from-topic", "t", "mine"),
        ("--from-topic", "t", "mine", "--json"),
    ],
)
def test_the_name_of_a_new_pipeline_stands_anywhere(arguments):
    found = parsing.parse("init", ["--run", "init", *arguments])
    assert (found.name, found.from_topic, found.json) == ("mine", "t", True)


def test_a_second_name_is_refused():
    with pytest.raises(UsageError, match="'other': not an option"):
        parsing.parse("init", ["--run", "init", "mine", "other"])
    with pytest.raises(UsageError, match="--nmae: unknown option"):
        parsing.parse("init", ["--run", "init", "--nmae", "mine"])
    assert parsing.parse("init", ["--run", "init", "--schema"]).name is None
