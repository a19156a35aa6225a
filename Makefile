# Two targets do all the set-up on a machine that has Python >= 3.11, git and make:
#   make demo    the three jobs on the example files
#   make test    every test that drives no browser and needs no PyTorch
#   make docs    the documentation, into build/docs/site; needs no network once the environment is there
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-torch test-browser docs screenshots budgets lint schemas bench bench-check clean

.venv/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gateline needs Python 3.11 or newer; set PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[cluster,report,mcp,serve]" --group dev --group docs
	touch $@

demo: .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: .venv/ready
	$(BIN)/python -m pytest -n auto -m "not browser"

# Drives Debian's chromium, or the one that GATELINE_CHROMIUM names.
test-browser: .venv/ready
	$(BIN)/python -m pytest tests/browser

# Compares closed forms with what PyTorch counts; the release is fixed so that the figures are.
TORCH ?= torch==2.13.0

.venv/torch: .venv/ready
	$(BIN)/python -m pip install --quiet --editable ".[torch]" "$(TORCH)"
	touch $@

test-torch: .venv/torch
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/torch

docs: .venv/ready
	$(BIN)/python -m docs.generate

# The pictures of the documentation, and how large and fast what people see is.
# Needs Debian's chromium, poppler-utils and pngquant.
screenshots: .venv/ready
	$(BIN)/python -m docs.screenshots

budgets: .venv/ready
	$(BIN)/python -m docs.budgets

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

schemas: .venv/ready
	$(BIN)/python -m gateline.schemas

# The tools that gateline is compared with; nothing else needs them.
.venv/bench: .venv/ready
	$(BIN)/python -m pip install --quiet --group bench
	touch $@

bench: .venv/bench
	$(BIN)/python -m benchmarks $(BENCH)

bench-check: .venv/bench
	$(BIN)/python -m pytest benchmarks -q -o addopts=""

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache demo-output
