# Everything a person types in this repository. `make run` and `make test` need only Python 3.11+.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help install run test check lint format types contracts bench generate-data validate monitor \
        docker-up docker-down all clean clean-reports

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-15s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "dropship needs Python 3.11, 3.12 or 3.13; this is %d.%d (set PYTHON=...)" % v)'
	$(PYTHON) -m venv $(VENV)

# Dependencies come from the lock file by hash; the build back end is in it, so nothing else is fetched.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.developed: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed ## build .venv with .venv/bin/dropship

run: install ## the main job on the embedded back ends
	@$(BIN)/dropship --run pipeline

test: $(VENV)/.developed ## the tests (at most 5 minutes on 2 cores)
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests

check: lint types contracts test ## format, lint, types, import contracts, tests

lint: $(VENV)/.developed ## ruff: format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(VENV)/.developed ## rewrite the code as `lint` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.developed ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/.developed ## import-linter
	$(BIN)/lint-imports

bench: $(VENV)/.developed ## the benchmarks, each beside its reference
	$(BIN)/python -m benchmarks

generate-data: install ## the seed CSV files
	@$(BIN)/dropship --run seed

validate: install ## the checks on the warehouse, with a report in reports/
	@$(BIN)/dropship --run validate

monitor: install ## live KPIs
	@$(BIN)/dropship --run kpis --watch 5

docker-up: ## a Redpanda broker on localhost:29092
	docker compose -f docker/compose.yaml up --detach --wait

docker-down: ## stop it, keep its data
	docker compose -f docker/compose.yaml down

all: install generate-data docker-up ## environment, seed data and broker

clean: ## remove generated data and caches, keep reports
	rm -rf data/seed .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	find core tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

clean-reports: ## remove the validation reports
	rm -rf reports
