# Two commands do all the set-up: `make demo` and `make test`. Both need Python 3.11 or newer, and nothing else.
PYTHON ?= python3
VENV := .venv
UV_VERSION := 0.13.9
UV := $(VENV)/bin/uv

.PHONY: demo test lint e2e bench clean

demo: $(VENV)/.runtime
	$(VENV)/bin/python demo/demo.py .cache/demo

test: $(VENV)/.tests
	$(VENV)/bin/python -m pytest

lint: $(VENV)/.lint
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

e2e: $(VENV)/.tests
	$(VENV)/bin/python -m pytest tests/e2e

bench: $(VENV)/.bench
	$(VENV)/bin/python bench/scan.py

$(UV):
	$(PYTHON) -c 'import sys; sys.exit("garboard needs Python 3.11 or newer; try: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# --inexact: each target adds to what the others installed.
$(VENV)/.runtime: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --python $(VENV)/bin/python
	touch $@

$(VENV)/.tests: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --python $(VENV)/bin/python --group test
	touch $@ $(VENV)/.runtime

$(VENV)/.lint: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --python $(VENV)/bin/python --group test --group lint
	touch $@

$(VENV)/.bench: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --python $(VENV)/bin/python --group bench
	touch $@

clean:
	rm -rf $(VENV) .cache
