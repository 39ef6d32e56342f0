# Two commands do all the set-up: `make demo` and `make test`. Both need Python 3.11 or newer, and nothing else.
# Another Python beside it: `make test PYTHON=python3.13 VENV=.venv-3.13`.
PYTHON ?= python3
VENV ?= .venv
UV_VERSION := 0.13.9
UV := UV_PROJECT_ENVIRONMENT=$(VENV) $(VENV)/bin/uv
PYTEST := $(VENV)/bin/python -m pytest

.PHONY: demo test coverage lint e2e fuzz mutants bench zipapp clean

demo: $(VENV)/.runtime
	$(VENV)/bin/python demo/demo.py .cache/demo

test: $(VENV)/.tests
	$(PYTEST) -n auto

# The unit tests once more, with the floor that is in pyproject.toml under which coverage may not fall. LESS are words that leave
# tests out: LESS='--ignore tests/fuzz/fuzz_costs.py'.
coverage: $(VENV)/.tests
	$(PYTEST) -n auto --cov $(LESS)

lint: $(VENV)/.lint
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# Two files at a time: most of it is waiting for engines. One run on its own: `make e2e E2E=tests/e2e/test_registry_real.py`.
E2E ?= tests/e2e
e2e: $(VENV)/.tests
	$(PYTEST) $(E2E) -n 2 --dist loadfile --durations 15

# What chance finds: damaged inputs for every parser, and faults in a copy of the code that tests ought to notice.
SEED ?= 1
fuzz: $(VENV)/.tests
	$(VENV)/bin/python -m tests.fuzz.run --seed $(SEED)
	GARBOARD_FUZZ_COSTS=all $(PYTEST) -n auto tests/fuzz/fuzz_costs.py

mutants: $(VENV)/.tests
	$(VENV)/bin/python -m tests.mutants.sample --seed $(SEED) --count 40 --floor 60

bench: $(VENV)/.bench
	$(VENV)/bin/python bench/startup.py
	$(VENV)/bin/python bench/scan.py
	$(VENV)/bin/python bench/growth.py
	$(VENV)/bin/python bench/scan.py --polyglot
	$(VENV)/bin/python bench/scan.py --applications
	$(VENV)/bin/python bench/database.py

$(VENV)/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit("garboard needs Python 3.11 or newer; try: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# --inexact: each target adds to what the others installed.
$(VENV)/.runtime: $(VENV)/bin/uv pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --compile-bytecode --python $(VENV)/bin/python
	$(VENV)/bin/python -m compileall -q src
	touch $@

$(VENV)/.tests: $(VENV)/bin/uv pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --python $(VENV)/bin/python --group test
	touch $@ $(VENV)/.runtime

$(VENV)/.lint: $(VENV)/bin/uv pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --python $(VENV)/bin/python --group test --group lint
	touch $@

$(VENV)/.bench: $(VENV)/bin/uv pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --python $(VENV)/bin/python --group bench
	touch $@

# One file that runs wherever there is a Python of the same version and processor: dist/garboard.pyz.
zipapp: $(VENV)/bin/uv
	mkdir -p dist
	$(VENV)/bin/uv tool run --quiet --python $(VENV)/bin/python --with pip shiv==1.0.8 --quiet --compressed \
	  --console-script garboard --output-file dist/garboard.pyz .

clean:
	rm -rf $(VENV) .cache
