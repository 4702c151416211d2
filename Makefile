# Every command of this repository. `make` lists them. Each does its own set-up: python3 (3.11 or later), git and make suffice.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
VENV := $(or $(UV_PROJECT_ENVIRONMENT),$(if $(wildcard .venv/bin/python),.venv,var/venv))
BIN := $(abspath $(VENV))/bin
CACHE := $(CURDIR)/var/cache
PYTEST := nice $(BIN)/pytest
BENCHES := decision ledger gate stop media judging whole asking feed

# everything that tools keep stays in var/, and no test reaches a model hub
export PYTHONPYCACHEPREFIX := $(CACHE)/pycache
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
export MPLCONFIGDIR := $(CACHE)/matplotlib
export HF_HUB_OFFLINE := 1
export ORT_DISABLE_TELEMETRY := 1
export RAY_USAGE_STATS_ENABLED := 0

# the first word of each recipe: says what begins, and how long it took also when it fails
TIMED = echo "== $@"; trap 'echo "== $@ took $$SECONDS s"' EXIT;

##@ Set up and run
.PHONY: help setup demo up down bench bench-policy bench-identity test lint types contracts rego unit contract integration property golden corpus machine machinefull race racefull fuzz kill e2e audit clean

help: ## List every command
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Set up everything: uv, packages, PostgreSQL, Java, Kafka, OPA, models; the second time nothing is fetched
	@$(PYTHON) infra/bootstrap

demo: setup ## Run the main job on real parts and leave var/demo/ with the film, the audit page and report.json
	@$(TIMED) $(BIN)/python -m serving.demo

up: setup ## Start an installation here (see `cameo up --help`)
	@$(BIN)/cameo up

down: setup ## Stop it; nothing of it outlives this
	@$(BIN)/cameo down

bench: setup ## Measure, beside peers, into bench/results/*.json and docs/benchmarks.md (about 40 minutes on 2 quiet cores)
	@$(TIMED) for one in $(BENCHES); do echo "-- $$one"; $(BIN)/python -m bench.$$one; done; $(BIN)/python -m bench.report

bench-policy: setup ## Decisions beside OpenFGA and OPA-with-data, revocation, races: bench/results/policy.json (30 minutes; OpenFGA is built once)
	@$(TIMED) nice $(BIN)/python -m infra.bootstrap.peers; $(BIN)/python -m bench.policy; $(BIN)/python -m bench.report

bench-identity: setup ## Who gets through an enrolment: docs/identity-accuracy.md (needs CAMEO_CORPUS; 40 minutes on 2 cores, what is kept is not made again)
	@$(TIMED) nice $(BIN)/python -m bench.identity; for one in index replay light; do OPENBLAS_NUM_THREADS=1 nice $(BIN)/python -m bench.identity.$$one; done; \
	$(BIN)/python -m bench.report

##@ Test, in this order
test: setup lint types contracts rego unit contract integration property golden corpus machine race kill e2e ## All of the following, in order

lint: setup ## ruff, every rule but the reasoned exceptions of pyproject.toml; formatting
	@$(TIMED) $(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup ## pyright: strict on cores, schemas, ports and handlers, standard elsewhere
	@$(TIMED) $(BIN)/basedpyright --pythonpath $(BIN)/python

contracts: setup ## import-linter: the direction of imports, and that cores are pure
	@$(TIMED) $(BIN)/lint-imports --cache-dir $(CACHE)/imports --no-logo

rego: setup ## opa check --strict, fmt, and test with full coverage
	@$(TIMED) OPA=$$($(BIN)/python -m infra.tools opa); \
	$$OPA check --strict policy/rego; $$OPA fmt --fail --list policy/rego; $$OPA test --coverage --threshold 100 policy/rego

unit: setup ## Unit tests: fakes only, sockets off
	@$(TIMED) $(PYTEST) tests/unit

contract: setup ## One suite a port, on the fake and on the real thing
	@$(TIMED) $(PYTEST) tests/contract

integration: setup ## Real PostgreSQL, Kafka, OPA, models
	@$(TIMED) $(PYTEST) tests/integration

property: setup ## Hypothesis: codecs, consent state machine, twice equals once, replay equals live
	@$(TIMED) $(PYTEST) tests/property

golden: setup ## Literal bytes of every event version; decision tables
	@$(TIMED) $(PYTEST) tests/golden

corpus: setup ## Real recordings (CAMEO_CORPUS, default ../shared/corpus); skipped with the reason where absent
	@$(TIMED) $(PYTEST) tests/corpus

machine: setup ## Random histories of consent through view, ledger and model: 20,000 decisions, all alike
	@$(TIMED) $(PYTEST) -s tests/chaos/model

machinefull: setup ## The long form: 1,000,000 decisions (about 3 hours on 2 cores)
	@$(TIMED) CAMEO_DECISIONS=$${CAMEO_DECISIONS:-1000000} $(PYTEST) -s tests/chaos/model

race: setup ## Revocation against open and release, short form, judged by the independent checker
	@$(TIMED) $(PYTEST) tests/chaos/race

racefull: setup ## The long form: 3,000 races against the keyholder, 200 through Ray
	@$(TIMED) CAMEO_RACES=3000 CAMEO_RAY_RACES=200 $(PYTEST) -s tests/chaos/race

fuzz: setup ## 20,000 broken recordings through the decoding child: what each came to, worst time and memory (10 minutes on 2 quiet cores)
	@$(TIMED) nice -n 19 $(BIN)/python -m tests.integration.identity.fuzz $${CAMEO_FILES:-20000}

kill: setup ## kill -9 of each process in turn while requests run
	@$(TIMED) $(PYTEST) tests/chaos --ignore=tests/chaos/race --ignore=tests/chaos/model

e2e: setup ## The demo; an enrolment step by step under the light of the screen, then a relying party's whole way; two whole installations
	@$(TIMED) $(PYTEST) tests/e2e

##@ Keep
audit: setup ## Known vulnerabilities of the locked packages (needs the network)
	@$(TIMED) $(BIN)/pip-audit --local --skip-editable

clean: ## Remove what tools cached; never data, secrets or the environment
	@rm -rf var/cache
