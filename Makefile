# The commands of the project. Each one sets up what it needs, and is safe to repeat.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run test test-js check format bench soak lock migration clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# --- set-up -------------------------------------------------------------------------------------

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/app: pyproject.toml requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

.venv/dev: pyproject.toml requirements.lock .venv/app
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

.PHONY: vendor tools browsers
vendor: .venv/app
	@$(BIN)/python scripts/vendor.py

tools: .venv/dev
	@$(BIN)/python scripts/vendor.py --with-tools

browsers:
	@scripts/browsers.sh

# --- what people call ---------------------------------------------------------------------------

run: .venv/app vendor ## set everything up and serve (HOST, PORT: 127.0.0.1:8000; TLS=1: HTTPS at home)
	@exec env $(if $(filter-out 0 off,$(TLS)),JAMBOREE_TLS=on) $(BIN)/gunicorn

test: .venv/dev tools browsers test-js ## set everything up, browsers included, and run all tests
	@# A file stays in one process, as its tests share a server; tests/e2e, which takes longest, begins.
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

test-js: .venv/dev tools
	$(BIN)/python scripts/node.py --test tests/js/*.test.js

check: .venv/dev tools ## format, lint, type-check, known weaknesses, as CI does; `make format` mends what it can
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python scripts/node.py node_modules/.bin/biome ci --error-on-warnings --colors=off
	$(BIN)/python scripts/node.py node_modules/.bin/tsc --project tsconfig.json
	$(BIN)/python scripts/advisories.py

format: .venv/dev tools ## rewrite the files as the formatters want them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python scripts/node.py node_modules/.bin/biome check --write

bench: .venv/dev vendor ## measure, and print the table of docs/benchmarks.md
	$(BIN)/python -m bench

soak: .venv/dev tools browsers ## the same tests with full counts; takes long
	JAMBOREE_SOAK=1 $(BIN)/pytest

lock: ## pin everything below pyproject.toml again
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-header -o requirements.lock

migration: .venv/dev ## draft a migration from the models: make migration NAME="what changes"
	$(BIN)/python scripts/migration.py "$(NAME)"
	$(BIN)/ruff format --quiet migrations/versions

clean: ## remove what set-up made (never the instance folder)
	rm -rf .venv node_modules static/vendor
