# `make demo` and `make test` need only Python 3.10 or newer, git and the package index.
# Everything is installed into .venv; a second run installs nothing.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PROJECT := pyproject.toml src/surefoot/__init__.py

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types contract generated tests test-all generate format clean

help:  ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.surefoot  ## Install surefoot, check the sample service, write report.json
	$(BIN)/surefoot check examples/orders --output terminal --output json:report.json --exit-zero
	@echo "The same as JSON: report.json"

test: check tests  ## Everything continuous integration checks

check: lint types contract generated  ## Lint, format, types, import contract, generated files

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

contract: $(VENV)/.dev
	$(BIN)/lint-imports

generated: $(VENV)/.dev
	$(BIN)/python scripts/generate.py --check

tests: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

test-all:  ## The tests on every Python from 3.10 to 3.14 of this machine
	scripts/test_versions

generate: $(VENV)/.dev  ## Write the generated files anew
	$(BIN)/python scripts/generate.py

format: $(VENV)/.dev  ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove environments and caches
	rm -rf .venv .venv-3.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .surefoot_cache report.json

$(BIN)/python:
	@python="$$(scripts/find_python)" && echo "Python: $$python" && "$$python" -m venv --clear $(VENV)

$(VENV)/.surefoot: $(PROJECT) | $(BIN)/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/.dev: $(PROJECT) | $(BIN)/python
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/.surefoot
