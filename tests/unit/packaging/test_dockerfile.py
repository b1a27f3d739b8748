"""The image of the workers: pinned, by hash, without root, tools or secrets, and it drains."""

import json
import re
import tomllib
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.cli.parsing import parse
from tests.support.dockerfile import healthcheck, instructions, last

ROOT = Path(__file__).parents[3]
FINAL = max(one.stage for one in instructions())


def of_stage(stage: int, name: str) -> list[str]:
    return [one.value for one in instructions() if one.stage == stage and one.name == name]


def test_there_are_two_stages_from_one_pinned_base():
    bases = [one.value for one in instructions() if one.name == "FROM"]
    assert bases == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]
    (argument,) = of_stage(-1, "ARG")
    assert re.fullmatch(r"PYTHON_IMAGE=docker\.io/library/python:3\.\d+\.\d+-slim-\w+", argument)


def test_the_base_is_a_python_that_the_project_takes():
    (argument,) = of_stage(-1, "ARG")
    minor = int(re.search(r"python:3\.(\d+)", argument)[1])
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    low, high = map(int, re.fullmatch(r">=3\.(\d+),<3\.(\d+)", wanted).groups())
    assert low <= minor < high


def test_every_package_comes_from_the_lock_by_hash():
    runs = " && ".join(of_stage(0, "RUN"))
    installs = re.findall(r"pip [^&]*\binstall\b[^&]*", runs)
    assert len(installs) == 2
    assert '--require-hashes -r "${REQUIREMENTS}"' in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-registry.lock"])
def test_what_a_schema_registry_needs_is_a_choice_of_another_lock(lock):
    assert of_stage(0, "ARG") == ["REQUIREMENTS=requirements.lock"]
    copied = of_stage(0, "COPY")[0].split()[:-1]
    assert lock in copied
    packages = re.findall(r"^([\w-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    assert {"setuptools", "confluent-kafka", "duckdb"} <= set(packages)
    wanted = {"fastavro", "jsonschema", "httpx2"} if "registry" in lock else set()
    assert {"fastavro", "jsonschema", "httpx2"} & set(packages) == wanted
    text = (ROOT / "docs" / "kafka.md").read_text(encoding="utf-8")
    assert lock == "requirements.lock" or f"--build-arg REQUIREMENTS={lock}" in text


def test_nothing_is_installed_or_built_in_the_final_stage():
    runs = " ".join(of_stage(FINAL, "RUN"))
    assert not re.search(r"\b(?:apt-get|apk|curl|wget|gcc|pip install)\b", runs)
    assert "pip uninstall --yes pip" in runs
    assert of_stage(FINAL, "COPY") == ["--from=build /opt/dropship /opt/dropship"]
    assert not [one for one in instructions() if one.name == "ADD"]


def test_it_runs_as_nobody_special():
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", last("USER").value)
    runs = " ".join(of_stage(FINAL, "RUN"))
    uid, gid = last("USER").value.split(":")
    assert f"--uid {uid} --gid {gid}" in runs
    names = [one.name for one in instructions() if one.stage == FINAL]
    assert names.index("USER") > max(i for i, name in enumerate(names) if name in {"RUN", "COPY"})


def test_only_the_working_directory_is_written():
    folder = last("WORKDIR").value
    assert json.loads(last("VOLUME").value) == [folder]
    assert f"HOME={folder}" in last("ENV").value
    assert re.search(
        rf"install -d -o dropship -g dropship -m 07[05]0 {folder}", of_stage(FINAL, "RUN")[0]
    )


@pytest.mark.parametrize("name", ["ENTRYPOINT", "CMD"])
def test_the_process_itself_gets_the_signal(name):
    assert isinstance(json.loads(last(name).value), list)
    assert last("STOPSIGNAL").value == "SIGTERM"


def test_the_default_command_and_the_health_check_are_calls_that_exist():
    assert json.loads(last("ENTRYPOINT").value) == ["dropship"]
    command = json.loads(last("CMD").value)
    assert parse("serve", command).run == "serve"
    program, _m, module, port = healthcheck()
    assert (program, find_spec(module) is not None) == ("python", True)
    assert parse("serve", command).metrics_port == int(port)


def test_the_health_check_asks_no_warehouse():
    assert not set(healthcheck()) & {"doctor", "status", "validate", "kpis"}


def test_the_version_on_the_label_is_that_of_the_project():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    labels = " ".join(of_stage(FINAL, "LABEL"))
    assert f'org.opencontainers.image.version="{version}"' in labels


def test_what_is_copied_is_let_in_and_nothing_else_is():
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    let_in = {line[1:] for line in rules if line.startswith("!")}
    copied = {part.strip("./") for value in of_stage(0, "COPY") for part in value.split()[:-1]}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in let_in)
    shut_out = [line for line in rules[1:] if not line.startswith("!")]
    for secret in ("core/.env", "tui/.env.local", "core/__pycache__", "core/x.pyc"):
        assert any(fnmatch(secret, rule) for rule in shut_out), secret


def test_no_secret_is_baked_in():
    text = " ".join(one.value for one in instructions())
    assert not re.search(r"(?:SNOW|KAFKA)_\w+=|PASSWORD|TOKEN", text)
