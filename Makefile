# Two commands work on a fresh machine: `make serve` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RAY := .venv-ray
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-input
TORCH := $(shell sed -n 's/.*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)
export HOST ?= 127.0.0.1
export PORT ?= 8000

.PHONY: setup wheel serve test test-fast test-ray check check-js format format-js schema bench audit soak fuzz lock hooks clean

serve: $(VENV)/.runtime
	@echo "Starting Foveate. Weights that are not on this machine yet are fetched first."
	@$(BIN)/foveate serve

# A file of tests stays in one process, and files keep their order: Playwright leaves an event loop
# running in the thread it was started in, where tests of other folders could then start none.
PARALLEL := -n $(or $(JOBS),2) --dist loadfile --no-loadscope-reorder

# Weights that `make serve` fetches too, but no start waits for.
COURSE := selfie-segmentation efficientnet-lite0 real-cugan

test: $(VENV)/.dev
	$(BIN)/foveate fetch
	$(BIN)/foveate fetch $(COURSE)
	$(BIN)/pytest $(PARALLEL) -m "not alone"
	$(BIN)/pytest -m alone

# Under a minute, without a browser: some of everything, all of what is quick.
test-fast: $(VENV)/.dev
	$(BIN)/foveate fetch
	$(BIN)/foveate fetch $(COURSE)
	$(BIN)/pytest $(PARALLEL) -m "not browser and not slow and not alone"

# What needs Ray, on a real one. It stands over $(VENV), in an environment of its own: 450 MB that
# nothing else needs.
test-ray: $(RAY)/.ready
	$(BIN)/foveate fetch
	FOVEATE_TEST_RAY=required FOVEATE_TEST_REDIS=required $(RAY)/bin/python -m pytest tests/app/cluster
	FOVEATE_TEST_RAY=required $(RAY)/bin/python -m pytest tests/app/cli -k ray

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory check-js; \
	elif [ -n "$$CI" ]; then echo "npm is not there: the scripts must be checked where CI is set" >&2; exit 1; \
	else echo "npm is not there: the scripts and styles were not checked"; fi

check-js: node_modules/.package-lock.json
	npm run --silent lint
	npm run --silent check
	npm run --silent test

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory format-js; fi

format-js: node_modules/.package-lock.json
	npm run --silent format

wheel: $(VENV)/.dev
	$(BIN)/python -m pip wheel --disable-pip-version-check --quiet --no-deps --no-build-isolation --wheel-dir dist .

schema: $(VENV)/.dev
	$(BIN)/python -m foveate.app.wire

bench: $(VENV)/.dev
	$(BIN)/python -m bench.forward
	$(BIN)/python -m bench.translation
	$(BIN)/python -m bench.alignment
	$(BIN)/python -m bench.training
	$(BIN)/python -m bench.decoding
	$(BIN)/python -m bench.video
	$(BIN)/python -m bench.server
	$(BIN)/python -m bench.serve
	$(BIN)/python -m bench.page
	$(BIN)/python -m bench.sentence_page

# Lighthouse on every page; fails where one has less than 95. Its times are those of this machine.
audit: $(VENV)/.dev
	$(BIN)/python -m bench.audit

# Twice as many visitors as it has room for; fails where a promise of docs/security.md is broken.
soak: $(VENV)/.dev
	$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),20)

# Texts, files and requests that nobody thought of; nightly with MINUTES=60.
fuzz: $(VENV)/.dev
	$(BIN)/foveate fetch
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),3)

# What pyproject.toml pins, and all that those packages need, at one version with its hashes.
# `make lock` after a pin has changed; `make lock UPGRADE=--upgrade` for the newest of all the rest.
LOCK := $(BIN)/uv pip compile --quiet --config-file lock.toml $(UPGRADE) pyproject.toml

lock: $(VENV)/.dev
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra dev --constraints requirements.lock --output-file requirements-dev.lock

# torch by pip, not by the lock file, so that a CPU build at hand is taken: see README on CUDA.
# It finds all it needs beside CUDA in place.
$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@echo "Setting up Foveate in $(VENV). It takes a few minutes, and is done once."
	@test -x $(BIN)/python || { echo "1 of 4: a virtual environment"; $(PYTHON) -m venv $(VENV); }
	@echo "2 of 4: the packages of requirements.lock"
	@$(PIP) --no-deps --require-hashes -r requirements.lock
	@echo "3 of 4: $(TORCH), the largest: to unpack it takes a minute or more"
	@$(PIP) $(TORCH)
	@echo "4 of 4: Foveate itself"
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing the tools of tests and checks"
	@$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

$(RAY)/.ready: $(VENV)/.dev pyproject.toml
	$(BIN)/python -m venv --without-pip $(RAY)
	$(BIN)/python -c 'import site; print(*site.getsitepackages(), sep="\n")' > "$$($(RAY)/bin/python -c 'import site; print(site.getsitepackages()[0])')/beneath.pth"
	$(RAY)/bin/python -m pip install --disable-pip-version-check --no-input --no-build-isolation -e '.[ray,dataset-ray]'
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --silent --no-audit --no-fund

setup: $(VENV)/.dev

hooks: $(VENV)/.dev
	$(BIN)/pre-commit install

clean:
	rm -rf $(VENV) $(RAY) node_modules build dist *.egg-info
