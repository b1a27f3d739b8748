"""Whatever a text tells people to use exists: options, jobs, settings, make targets, files."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.cli.joblist import NAMES as JOBS
from core.cli.parsing import job_parser, main_parser, parse
from core.config.kafka_conf import library_name, may_be_set
from core.config.load import examine_settings
from core.config.sources import NAMES as SETTINGS
from core.remedies import REMEDIES

ROOT = Path(__file__).parents[3]
CATALOGUE = ROOT / "core" / "text" / "locale" / "fr" / "LC_MESSAGES" / "dropship.po"
FOREIGN = re.compile(r"`[\w-]+\.sh [^`]*`")
"""Commands of Kafka's own tools."""

ELSEWHERE = {"SNOW_CONNECT_", "KAFKA_CONF_"}
"""Prefixes that stand for a family, with the name of a library's setting behind them."""
FOREIGN = re.compile(r"`(?:kafka-[a-z-]+\.sh|openssl)\b[^`]*`")
"""Commands of others, quoted whole: their options are theirs."""


def texts() -> list[str]:
    """Every text of the product, in both languages, and the commands of its remedies."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    found: list[str] = [remedy.command for remedy in REMEDIES]
    for message in catalogue:
        for part in (message.id, message.string):
            found += [part] if isinstance(part, str) else list(part)
    return [FOREIGN.sub("", text) for text in found]


TEXTS = texts()


def options_of(parser) -> set[str]:
    return {name for action in parser._actions for name in action.option_strings}


@pytest.fixture(scope="module")
def options() -> dict[str, set[str]]:
    return {job: options_of(job_parser(job)) for job in JOBS}


def named(pattern: str) -> dict[str, str]:
    """What a pattern finds, with a text that names it; empty finds no test."""
    found = {name: text for text in TEXTS for name in re.findall(pattern, text)}
    assert found
    return found


def test_every_option_exists(options):
    known = set().union(*options.values(), options_of(main_parser()))
    wrong = {n: t for n, t in named(r"(?<![\w-])--[a-z][a-z-]*").items() if n not in known}
    assert not wrong


def test_every_command_has_the_job_and_its_options(options):
    named(r"dropship --run ([a-z-]+)")
    for text in TEXTS:
        for job, rest in re.findall(r"dropship --run ([a-z-]+)([^;`.,]*)", text):
            assert job in JOBS, text
            assert set(re.findall(r"--[a-z][a-z-]*", rest)) <= options[job], text


def test_every_setting_exists():
    for name, text in named(r"\b(?:SNOW|KAFKA|DUCKDB|DROPSHIP)_[A-Z_]*[A-Z_]").items():
        prefix = next((start for start in ELSEWHERE if name.startswith(start)), "")
        if not prefix:
            # A name with a hole in it is made of one that exists.
            family = name.endswith("_") and any(one.startswith(name) for one in SETTINGS)
            assert name in SETTINGS or family, text
        elif prefix == "KAFKA_CONF_" and not name.endswith("_"):
            assert may_be_set(library_name(name)), text


def test_every_make_target_exists():
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for text in TEXTS:
        for target in re.findall(r"`make ([a-z-]+)`|\bmake ([a-z]+-[a-z-]+)", text):
            assert (target[0] or target[1]) in targets, text


def test_every_document_exists():
    for name, text in named(r"(?<![\w/{}.])(?:docs/[\w.-]+\.md|\.env\.example)").items():
        assert (ROOT / name).exists(), text


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.action)
def test_the_command_of_a_remedy_is_taken_as_it_stands(remedy):
    program, run, job, *rest = remedy.command.split()
    assert (program, run) == ("dropship", "--run")
    assert parse(job, [run, job, *rest]).run == job


def test_whoever_is_sent_to_another_folder_is_told_how_to_choose_it():
    sent = re.compile(r"\b(?:an)?other (?:folder|place)\b|\bautre (?:dossier|endroit)\b")
    how = re.compile(r"--[a-z]|\b[A-Z]+_[A-Z_]+\b")
    assert [text for text in TEXTS if sent.search(text) and not how.search(text)] == []


def test_a_setting_takes_the_value_that_a_text_advises(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    account = {"SNOW_ACCOUNT": "a", "SNOW_USER": "u"}
    advised = r"\b((?:SNOW|KAFKA|DUCKDB|DROPSHIP)_[A-Z_]+=[A-Za-z][\w.-]*)"
    for text in named(advised):
        name, _equals, value = text.partition("=")
        login = {} if name == "SNOW_AUTHENTICATOR" else {"SNOW_ACCESS_TOKEN": "abcdefgh"}
        _settings, problems = examine_settings(environ={**account, **login, name: value})
        assert [problem.message for problem in problems] == [], text


def test_french_names_what_english_names():
    names = (r"(?<![\w-])--[a-z][a-z-]*", r"\b[A-Z]+_[A-Z_]+\b", r"docs/[\w.-]+\.md")
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    for message in messages:
        english = message.id if isinstance(message.id, str) else message.id[-1]
        french = message.string if isinstance(message.string, str) else message.string[-1]
        for pattern in names:
            assert sorted(re.findall(pattern, french)) == sorted(re.findall(pattern, english))
