# QualityLoop. `make run` alone opens the product, `make test` alone proves it; both set up what they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PIP := $(UV) pip install --quiet --python $(BIN)/python
PO := src/qualityloop/locale/zh_Hans/LC_MESSAGES/django.po
MO := $(PO:.po=.mo)
DIST := src/qualityloop/static/dist/.built
FRONTEND := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)
export UV_LINK_MODE ?= copy

.PHONY: help
help: ## Show this help
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk 'BEGIN{FS=":.*?## "}{printf "  make %-14s %s\n", $$1, $$2}'

# ---- setting up -------------------------------------------------------------------------------------------

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.app: $(UV) requirements/app.txt pyproject.toml
	@echo "Installing Python packages …"
	@$(PIP) --require-hashes -r requirements/app.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.app requirements/dev.txt
	@echo "Installing packages for development …"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(MO): $(PO) $(VENV)/.app tools/messages.py
	@$(BIN)/python tools/messages.py compile

# Node ≥ 20 from the path, else the one that comes as a Python package.
$(VENV)/.node: $(UV) requirements/node.txt
	@if node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && command -v npm >/dev/null; then \
	  dirname "$$(command -v node)" > $@; \
	else \
	  echo "Installing Node …"; $(PIP) --require-hashes -r requirements/node.txt; \
	  $(BIN)/python tools/node_path.py > $@; fi

frontend/node_modules/.installed: frontend/package-lock.json frontend/package.json $(VENV)/.node
	@echo "Installing front-end packages …"
	@cd frontend && PATH="$$(cat ../$(VENV)/.node):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(DIST): frontend/node_modules/.installed $(FRONTEND)
	@echo "Building the front end …"
	@cd frontend && PATH="$$(cat ../$(VENV)/.node):$$PATH" npm run --silent build
	@touch $@

.PHONY: setup setup-dev
setup: $(VENV)/.app $(MO) $(DIST) ## Install and build everything that the product needs
setup-dev: setup $(VENV)/.dev ## The same, with what tests and checks need

# ---- running ----------------------------------------------------------------------------------------------

.PHONY: run
run: setup ## Set up everything, load the demo organisation and open the product
	@$(BIN)/qualityloop demo
	@$(BIN)/qualityloop serve

# ---- proving ----------------------------------------------------------------------------------------------

.PHONY: test
test: setup-dev chromium pango ## Set up everything and run the tests (PYTEST_ARGS="…" to choose)
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m "not spark and not oracle" --ignore=tests/spark $(PYTEST_ARGS)

.PHONY: pango
pango: ## Install Pango for documents as PDF, where this is allowed
	@tools/pango.sh

.PHONY: test-postgresql
test-postgresql: setup-dev ## The tests that touch the database once more, but for those in a browser, on a PostgreSQL of their own
	@$(BIN)/python -m tests.with_postgresql $(BIN)/python -m pytest -n auto --dist loadgroup -m "not browser" --ignore=tests/spark --ignore=tests/oracle $(PYTEST_ARGS)

.PHONY: chromium
chromium: ## Install Debian's chromium for the browser tests, where this is allowed
	@tools/chromium.sh

.PHONY: test-spark
test-spark: setup-dev ## The same answers on a real Spark cluster of two workers (needs Java 17)
	@test -x .venv-spark/bin/python || $(UV) venv --quiet --python $(BIN)/python .venv-spark
	@$(UV) pip install --quiet --python .venv-spark/bin/python --require-hashes -r requirements/spark.txt
	@tools/java.sh
	@PYTHONPATH=src .venv-spark/bin/python -m pytest -m spark tests/spark $(PYTEST_ARGS)

.PHONY: test-oracle
test-oracle: setup-dev ## Process mining against PM4Py, in an environment of its own
	@test -x .venv-oracle/bin/python || $(UV) venv --quiet --python $(BIN)/python .venv-oracle
	@$(UV) pip install --quiet --python .venv-oracle/bin/python --require-hashes -r requirements/oracle.txt
	@$(BIN)/python -m pytest -m oracle tests/oracle $(PYTEST_ARGS)

.PHONY: check
check: setup-dev ## Format, lint, types, import contracts, migrations, messages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@DJANGO_SETTINGS_MODULE=qualityloop.config.settings $(BIN)/python -m django makemigrations --check --dry-run
	@$(BIN)/python tools/messages.py check
	@cd frontend && PATH="$$(cat ../$(VENV)/.node):$$PATH" npm run --silent check

.PHONY: bench
bench: setup-dev ## Measure speed and memory beside hand-written SQL, pandas, PostgreSQL and PM4Py (BENCH_ARGS="…")
	@test -x .venv-oracle/bin/python || $(UV) venv --quiet --python $(BIN)/python .venv-oracle
	@$(UV) pip install --quiet --python .venv-oracle/bin/python --require-hashes -r requirements/oracle.txt
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

# ---- keeping ----------------------------------------------------------------------------------------------

.PHONY: format
format: setup-dev ## Format the code and mend what can be mended
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

.PHONY: messages
messages: setup-dev ## Bring the message catalogue up to date; new entries wait for their 简体中文
	@$(BIN)/python tools/messages.py update && $(BIN)/python tools/messages.py check

.PHONY: pins
pins: $(UV) ## Renew the pinned versions (hashes, no addresses)
	@tools/pins.sh

.PHONY: clean
clean: ## Remove everything that was built or installed (data in var/ stays)
	@rm -rf $(VENV) .venv-spark .venv-oracle frontend/node_modules src/qualityloop/static/dist $(MO)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
