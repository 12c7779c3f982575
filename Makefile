# One command each, on a fresh Debian machine with Python >= 3.11 and make; README.md tells what they are for.
PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8420
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: rehearse run test lint types bench torture soak regions relevance lock clean

rehearse: $(VENV)/.run
	$(BIN)/newsdesk rehearse --port $(PORT)

run: $(VENV)/.run
	$(BIN)/newsdesk run

test: lint types
	$(BIN)/pytest -n 2 --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.bench
	$(BIN)/python -m tests.bench

torture: $(VENV)/.dev
	$(BIN)/python -m tests.torture

soak: $(VENV)/.dev
	$(BIN)/python -m tests.soak

regions: $(VENV)/.bench
	$(BIN)/python -m tests.bench.regions_accuracy

relevance: $(VENV)/.bench
	$(BIN)/python -m tests.bench.relevance

# The locks hold every version and hash for Python 3.11 to 3.13, and no registry's address.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml
lock: $(VENV)/.dev
	$(PIP) install "uv>=0.9"
	$(BIN)/$(LOCK) --group build -o requirements.lock
	$(BIN)/$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/$(LOCK) --group bench -c requirements-dev.lock -o requirements-bench.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Newsdesk needs Python 3.11 or newer; this is $$($(PYTHON) --version). Set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing python3-venv, which Debian keeps apart from Python ..."; \
	    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); \
	  else echo "Python cannot make a virtual environment here. Do: sudo apt-get install python3-venv"; exit 2; fi; }

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Newsdesk needs (about half a minute) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	@echo "Installing the peers that the benchmarks run against ..."
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
