# make run     set up what is missing and open the program
# make test    the same set-up with the development tools, then all tests
# make lint    style, types and the direction of imports
# make bench   the speed table (JSON=file also writes it as JSON)
# make clean   remove what these made
#
# The first run takes minutes, later ones a moment: what is installed is remembered until pyproject.toml changes.

VENV ?= .venv
# Installed before all else, so that one chooses the build here: on Linux with a graphics card leave it as it is;
# without one, a CPU build saves 3 GB.
TORCH ?= torch==2.13.0
# What to open, such as: make run OPEN=spirals
OPEN ?=
# More for pytest, such as: make test TESTS="tests/document -x"
TESTS ?=
# In how many processes the tests run: auto is one for each core, 0 is this one (for a debugger).
WORKERS ?= auto
JSON ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# numpy and torch on one thread: the same results on every machine, and small networks are faster. Python may keep what it
# has compiled, wherever that is switched off: dozens of tests start programs that would compile all our files anew.
TEST_ENV := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen}
# Each process begins with one stretch of the tests, so that what a file computes for all its tests is computed once; who
# is done early takes from the end of another's stretch.
SPREAD := -n $(WORKERS) --dist worksteal

.PHONY: run test lint bench clean
.DELETE_ON_ERROR:

run: $(VENV)/installed
	@echo "Opening Playground"
	@$(BIN)/playground $(OPEN)

test: $(VENV)/installed-tools
	@echo "Running the tests"
	@$(TEST_ENV) $(BIN)/python -m pytest $(SPREAD) $(TESTS)

lint: $(VENV)/installed-tools
	@echo "Checking style: ruff"
	@$(BIN)/ruff check .
	@echo "Checking types: mypy"
	@$(BIN)/mypy
	@echo "Checking the direction of imports: import-linter"
	@$(BIN)/lint-imports --no-cache

bench: $(VENV)/installed-tools
	@echo "Measuring; leave the machine alone meanwhile"
	@$(BIN)/python -m tests.benchmarks $(if $(JSON),--json $(JSON))

clean:
	@echo "Removing $(VENV) and the caches"
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed: pyproject.toml
	@.ci/system-libraries
	@.ci/venv $(VENV)
	@echo "Installing torch, which takes a few minutes: $(TORCH)"
	@$(PIP) install -qq $(TORCH)
	@echo "Installing Playground and what it needs"
	@$(PIP) install -qq --editable .
	@touch $@

$(VENV)/installed-tools: $(VENV)/installed
	@echo "Installing the development tools"
	@$(PIP) install -qq --editable ".[dev]"
	@touch $@
