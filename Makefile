# Letterlock. `make help` lists what you can do; `make run` and `make test` do all set-up first.
SHELL := /bin/sh
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
SOURCES := $(shell find web addin sandbox/office -path '*/node_modules' -prune -o -path '*/dist' -prune -o \( -name '*.ts' -o -name '*.css' -o -name '*.mjs' \) -print 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup run test check prove bench load install lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .setup/python .setup/node web/dist/assets.json .setup/browser .setup/age ## Install everything that run, check and test need

run: .setup/python .setup/node web/dist/assets.json ## Start the demo firm; ARGS="--port 9000" passes arguments on
	@exec $(BIN)/letterlock up --demo $(ARGS)

test: setup ## Pass every behaviour, the real browser included
	npm test --silent
	$(BIN)/pytest --numprocesses auto --dist loadfile -m "not wide" $(ARGS)

check: .setup/python .setup/node ## Lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --silent lint
	npm run --silent types

prove: setup .setup/browsers .setup/azurite ## The long runs (about an hour), into docs/proof.md
	rm -rf .setup/proof
	$(BIN)/pytest -m wide tests/e2e
	$(BIN)/python -m tests.prove.suite
	$(BIN)/python -m tests.prove.suite_ts
	$(BIN)/python -m tests.prove.cross
	$(BIN)/python -m tests.prove.browsers.frame
	$(BIN)/python -m tests.prove.browsers.story
	$(BIN)/python -m tests.prove.canary
	$(BIN)/python -m tests.prove.secrets
	$(BIN)/python -m tests.prove.restored
	$(BIN)/python -m tests.prove.full_disk
	$(BIN)/python -m tests.prove.kills --engine sqlite
	$(BIN)/python -m tests.prove.kills --engine postgresql
	$(BIN)/python -m tests.prove.lane
	$(BIN)/python -m tests.prove.own_key_kills --seconds 480
	$(BIN)/python bench/load/run.py; echo $$? > .setup/load.status
	$(BIN)/python -m tests.prove.azure
	$(BIN)/python -m tests.prove.mutations
	node --import tsx tests/prove/fuzz.ts --inputs 1000000 > .setup/fuzz.md
	$(BIN)/python -m tests.prove.report mutations-ts "Mutated inputs, TypeScript" < .setup/fuzz.md
	$(BIN)/python -m tests.prove
	@exit $$(cat .setup/load.status)

bench: .setup/python .setup/node web/dist/assets.json .setup/browser ## Measure against rivals and bare limits, into docs/bench.md
	node bench/sealing/build.mjs
	$(BIN)/python bench/sealing/run.py $(ARGS)
	$(BIN)/python bench/pane/run.py

install: .setup/server web/dist/assets.json ## Install what a server needs, and no more

load: .setup/python web/dist/assets.json ## Measure requests beside the least they could be, into docs/load.md (5 minutes)
	$(BIN)/python bench/load/run.py $(ARGS)

lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --universal --python-version 3.11 --upgrade --quiet -o requirements/dev.lock
	uv pip compile pyproject.toml --extra install --constraint requirements/dev.lock --generate-hashes --no-emit-index-url --universal --python-version 3.11 --quiet -o requirements/server.lock
	npm update --package-lock-only
	node -e 'const f="package-lock.json",l=JSON.parse(require("fs").readFileSync(f));for(const p of Object.values(l.packages))delete p.funding;require("fs").writeFileSync(f,JSON.stringify(l,null,2)+"\n")'

clean: ## Remove what set-up and builds made
	rm -rf .venv node_modules .setup web/dist sandbox/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.setup/azurite: tests/prove/azurite/package-lock.json
	npm ci --silent --no-audit --no-fund --prefix tests/prove/azurite
	@mkdir -p .setup && touch $@

.setup/python: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Letterlock needs Python 3.11 or newer: run make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p .setup && touch $@

.setup/server: requirements/server.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Letterlock needs Python 3.11 or newer: run make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/server.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p .setup && touch $@

.setup/node: package-lock.json package.json
	@node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null || { echo "Letterlock needs Node 20 or newer and npm on the PATH."; exit 1; }
	npm ci --silent --ignore-scripts
	@mkdir -p .setup && touch $@

web/dist/assets.json: .setup/node $(SOURCES)
	npm run --silent build

.setup/browser: .setup/python
	$(BIN)/python tests/browser.py
	@mkdir -p .setup && touch $@

.setup/browsers: .setup/python
	$(BIN)/python tests/browser.py all
	@mkdir -p .setup && touch $@

.setup/age: .setup/python tests/stock_age.py
	$(BIN)/python tests/stock_age.py
	@mkdir -p .setup && touch $@
