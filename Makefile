# Everything a person types in this repository. `make run` and `make test` need Python 3.11 to 3.13.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# The first of these that fits makes .venv; `PYTHON=python3.12 make install` chooses.
PYTHON ?= python3 python3.13 python3.12 python3.11
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
FRENCH := core/text/locale/fr/LC_MESSAGES/dropship
COMPOSE := docker compose -f docker/compose.yaml
# Three on two cores, as tests wait for half of their time; loadgroup keeps marked groups together.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadgroup

.PHONY: help install registry run test test-snapshots renew-snapshots test-slow test-torture test-kafka test-snowflake smoke-snowflake \
        chaos fuzz mutate soak check lint format types \
        contracts peers bench messages pictures generate-data validate monitor docker-up docker-down all clean clean-reports

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-15s %s\n", $$1, $$2}'

# pip comes last when an environment is made: while it is absent, the environment is none yet.
$(BIN)/pip:
	@for one in $(PYTHON); do \
		if "$$one" -c '$(FITS)' 2>/dev/null; then exec "$$one" -m venv --clear $(VENV); fi; \
		tried+=" $$one ($$("$$one" --version 2>/dev/null || echo absent))"; \
	done; \
	echo "dropship needs Python 3.11, 3.12 or 3.13 with its venv module (Debian, Ubuntu:" >&2; \
	echo "python3-venv); set PYTHON=... Tried:$$tried" >&2; exit 1

# Dependencies come from the lock file by hash; the build back end is in it, so nothing else is fetched.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/pip
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.developed: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed ## build .venv with .venv/bin/dropship

registry: install ## what Avro and JSON Schema with a schema registry need, besides
	$(PIP) install --require-hashes -r requirements-registry.lock

run: install ## the console on a terminal, else the whole pipeline without a screen
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/dropship; else $(BIN)/dropship --run pipeline; fi

test: $(VENV)/.developed ## the tests (at most 5 minutes on 2 cores)
	$(PYTEST) -m "not slow and not kafka and not snowflake and not snapshots and not torture" tests

test-snapshots: $(VENV)/.developed ## compare pictures of the console with those that are kept
	$(BIN)/python -m pytest -p no:xdist -m snapshots tests/snapshots

renew-snapshots: $(VENV)/.developed ## keep the pictures as they are now
	$(BIN)/python -m pytest -p no:xdist -m snapshots --snapshot-update tests/snapshots

pictures: $(VENV)/.developed ## the pictures and the recording of the documentation, from a real run
	$(BIN)/python -m tools.pictures

test-slow: $(VENV)/.developed ## the tests that `make test` leaves out
	$(PYTEST) -m "slow and not kafka and not snowflake" tests || [ $$? -eq 5 ]  # 5: there are none

test-torture: $(VENV)/.developed ## everything at once on the embedded warehouse (TORTURE_S seconds)
	$(BIN)/python -m pytest -p no:xdist -m torture tests/torture

test-kafka: $(VENV)/.developed ## the tests on a real Kafka, which Java and Maven provide
	$(BIN)/python -m pytest -n 2 --dist loadfile -m kafka tests/kafka

test-snowflake: $(VENV)/.developed ## the tests through the Snowflake connector, on a fake service
	$(BIN)/python -m pytest -n 2 --dist loadfile -m snowflake tests/snowflake

smoke-snowflake: $(VENV)/.developed ## a short run on your own Snowflake account, in a schema that is dropped
	@$(BIN)/python -m tests.smoke.snowflake

chaos: $(VENV)/.developed ## break things under load, then audit (CHAOS_S seconds, CHAOS_SEED repeats)
	$(BIN)/python -m tests.chaos

fuzz: $(VENV)/.developed ## bent inputs at every door (FUZZ_S seconds)
	$(BIN)/python -m tests.fuzz

mutate: $(VENV)/.developed ## bend the code in small ways and see that a test fails (MUTATE_S, MUTATE_SAMPLE)
	$(BIN)/python -m tests.mutations

soak: $(VENV)/.developed ## ten million events through one pipeline, its memory watched
	$(BIN)/python -m tests.chaos.soak

check: lint types contracts test ## format, lint, types, import contracts, tests

lint: $(VENV)/.developed ## ruff: format and rules; sqlfluff: every statement for Snowflake parses
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tests.sqlfluff_parse

format: $(VENV)/.developed ## rewrite the code as `lint` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.developed ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/.developed ## import-linter
	$(BIN)/lint-imports

# Never beside the product: a peer wants another Kafka client.
.venv-peers/.installed: requirements-peers.lock | $(BIN)/pip
	$(BIN)/python -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

peers: .venv-peers/.installed ## what `python -m benchmarks peers` compares with, in .venv-peers

bench: $(VENV)/.developed ## the benchmarks, each beside its reference
	$(BIN)/python -m benchmarks

messages: $(VENV)/.developed ## take up new texts and compile the French catalogue
	@set -e; texts=$$(mktemp); trap 'rm -f $$texts' EXIT; \
	$(BIN)/pybabel --quiet extract -F babel.cfg -k N_ -k ngettext:1,2 --no-location \
		--sort-output --project dropship -o $$texts .; \
	$(BIN)/pybabel --quiet update -i $$texts -o $(FRENCH).po -l fr --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date; \
	$(BIN)/pybabel --quiet compile -i $(FRENCH).po -o $(FRENCH).mo -l fr

generate-data: install ## the seed CSV files
	@$(BIN)/dropship --run seed

validate: install ## the checks on the warehouse, with a report in reports/
	@$(BIN)/dropship --run validate

monitor: install ## live KPIs
	@$(BIN)/dropship --run kpis --watch 5

docker-up: ## a Redpanda broker on localhost:29092
	$(COMPOSE) up --detach --wait
	@$(COMPOSE) exec -T redpanda rpk topic create orders_topic --partitions 4 || true

docker-down: ## stop it, keep its data
	$(COMPOSE) down

all: install generate-data docker-up ## environment, seed data and broker

clean: ## remove seed data and caches, keep the warehouse and reports
	rm -rf data/seed .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	find core tui sql tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

clean-reports: ## remove the validation reports
	rm -rf reports
