# Needs make and Python 3.11 or newer with venv; everything else comes from the lock files in requirements/.
# Written for GNU make 3.81, which is what macOS has.

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/runtime.stamp
DEV := $(VENV)/dev.stamp

# The first of these that is new enough and can make virtual environments; PYTHON=… names another.
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	"$$p" -c '$(USABLE)' >/dev/null 2>&1 && echo "$$p" && break; done)

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
PINNED := $(PIP) --require-hashes --only-binary :all:

# PG is a version number or a folder of PostgreSQL binaries; without it the suite runs on the embedded server's own.
PG ?=
PG_PLACES = $(wildcard /usr/lib/postgresql/$(PG)/bin /opt/homebrew/opt/postgresql@$(PG)/bin /usr/local/opt/postgresql@$(PG)/bin)
PG_BIN = $(if $(findstring /,$(PG)),$(PG),$(if $(PG),$(firstword $(PG_PLACES))))

UV ?= uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DEFAULT_GOAL := help
.PHONY: help serve test bench faults lint lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

serve: $(RUNTIME) ## set up what is missing, then serve on http://127.0.0.1:8000 until Ctrl-C
	@exec $(BIN)/hazardloop serve

test: $(DEV) ## run the tests; PG=15 or PG=/folder/of/binaries on that PostgreSQL, ARGS='-k word' for pytest
	@$(if $(PG),$(if $(PG_BIN),,echo "No PostgreSQL $(PG) found: give the folder of its binaries, PG=/…/bin." >&2; exit 2;)) \
	HAZARDLOOP_TEST_PG_BIN="$(PG_BIN)" exec $(BIN)/python -m pytest $(ARGS)

bench: $(DEV) ## measure against the peers; ONLY=append runs one work, ARGS=--quick a little of everything
	@exec $(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(ARGS)

faults: $(DEV) ## run the faults in full: hundreds of kills and cuts, some minutes
	@HAZARDLOOP_FAULTS=full exec $(BIN)/python -m pytest tests/faults $(ARGS)

lint: $(DEV) ## check style, formatting, types and layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lock: ## pin the dependencies of pyproject.toml anew; needs uv (UV=/path/to/uv)
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements/runtime.txt
	$(COMPILE) $(UPGRADE) --group build --constraint requirements/runtime.txt --output-file requirements/build.txt
	$(COMPILE) $(UPGRADE) --group dev --constraint requirements/runtime.txt --constraint requirements/build.txt \
		--output-file requirements/dev.txt

clean: ## remove the virtual environment, builds and caches; data stays
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "hazardloop needs Python 3.11 or newer with venv and ensurepip (Debian: apt install python3-venv);" \
		"none was found. PYTHON=/path/to/python names one." >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV)

$(RUNTIME): requirements/runtime.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "Installing hazardloop's pinned dependencies into $(VENV) ..."
	@$(PINNED) --requirement requirements/runtime.txt --requirement requirements/build.txt
	@$(PIP) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo "Installing hazardloop's pinned development tools into $(VENV) ..."
	@$(PINNED) --requirement requirements/dev.txt
	@touch $@
