# Two commands work on a fresh machine: `make serve` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HOST ?= 127.0.0.1
export PORT ?= 8000

.PHONY: setup serve test check format schema bench clean

serve: $(VENV)/.runtime
	$(BIN)/foveate serve

test: $(VENV)/.dev
	$(BIN)/foveate fetch
	$(BIN)/pytest

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory check-js; \
	else echo "npm is not there: the scripts are not checked"; fi

.PHONY: check-js
check-js: node_modules/.package-lock.json
	npm run --silent check
	npm run --silent test

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(VENV)/.dev
	$(BIN)/python -m app.wire

bench: $(VENV)/.dev
	$(BIN)/python -m bench.forward
	$(BIN)/python -m bench.translation
	$(BIN)/python -m bench.alignment
	$(BIN)/python -m bench.training
	$(BIN)/python -m bench.server
	$(BIN)/python -m bench.page
	$(BIN)/python -m bench.sentence_page

# torch first and by pip, so that a CPU build at hand is taken: see README on CUDA.
$(VENV)/.runtime: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet torch==2.13.0
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e '.[dev]'
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --silent --no-audit --no-fund

setup: $(VENV)/.dev

clean:
	rm -rf $(VENV) node_modules build *.egg-info
