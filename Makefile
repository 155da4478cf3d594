# Two commands are enough: `make demo` to see it work, `make test` to see that it does.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# pip finds a CPU build of torch where the machine offers one; elsewhere add TORCH_INDEX=…
INDEX := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench results docs clean

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Gemel needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.train: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing Gemel with its training extra …"
	$(PIP) $(INDEX) --constraint constraints.txt --editable '.[train]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing Gemel with what its tests need …"
	$(PIP) $(INDEX) --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.train

demo: $(VENV)/.train ## Train on handwritten digits in under 90 seconds and look at the result
	$(BIN)/python examples/demo.py

test: $(VENV)/.dev ## Run all tests, with coverage
	$(BIN)/python -m pytest -n auto --cov --cov-report=term:skip-covered

lint: $(VENV)/.dev ## Style, types and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev ## Speed, memory and start-up times on this machine
	$(BIN)/python benchmarks/run.py

results: $(VENV)/.train ## The table of the README from docs/results.json
	$(BIN)/python -m gemel.reproduction.readme README.md docs/results.json

docs: $(VENV)/.dev ## Run every block of README and docs
	$(BIN)/python -m pytest tests/docs --no-cov -q

clean: ## Remove what make and the demo made
	rm -rf $(VENV) demo runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
