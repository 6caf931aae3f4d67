# `make fit` and `make test` do all their set-up themselves: a virtual environment in .venv, the
# package in it, and (by the program itself, on first use) the compiled channels.

# Relative paths throughout: the folder's own path may have a space in it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
OUT := out

# Tests and fits start many processes: where this is set, each would compile all modules anew, which
# takes half a second.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: fit test test-all quick check faults fuzz kills nightly format docs site clean help

help:
	@echo "make fit      set up, then fit the shipped example recording (writes fit.png and $(OUT)/)"
	@echo "make test     set up, then run the whole test suite"
	@echo "make test-all run it under every Python from 3.11 to 3.13 that is installed"
	@echo "make quick    the tests that take no time: between two edits"
	@echo "make check    ruff, mypy --strict, import-linter"
	@echo "make nightly  the tests that are too long for every change"
	@echo "make kills    kill 1,000 commands, which have to end as if they had not been"
	@echo "make faults   put faults into a copy of the package, which the tests have to notice"
	@echo "make fuzz     try 20,000 hostile files and words on everything that is read"
	@echo "make format   format the code"
	@echo "make docs     make the tables of the documentation anew that the program decides"
	@echo "make site     make the documentation site, in site/"
	@echo "make clean    remove what the others made"

EVALUATIONS := 40000

fit: $(INSTALLED)
	$(BIN)/python -m pyneuronautofit -A Auto -m OV --evaluations $(EVALUATIONS) -t -10 --seed 1 \
	    --hold-out 2,6 \
	    --output $(OUT) --figure fit.png examples/experimentaldata/TC-example.abf

# Half as many again as there are cores, since much of the time is waiting for other processes; the
# tests of a file stay together, as they share what took long to make.
WORKERS := $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

test: $(INSTALLED)
	$(PYTEST) -m "not nightly"

# Each in an environment of its own; those that are not installed are named and left out.
PYTHONS := 3.11 3.12 3.13

test-all:
	PYTHONS="$(PYTHONS)" sh tests/every_python.sh

quick: $(INSTALLED)
	$(PYTEST) -q -m "not nightly and not slow"

faults: $(INSTALLED)
	$(BIN)/python tests/mutations.py

# All of it, whatever fails: one night is to show everything.
nightly: $(INSTALLED)
	failed=0; \
	HYPOTHESIS_PROFILE=new $(PYTEST) -m "nightly or hypothesis" || failed=1; \
	$(MAKE) fuzz || failed=1; \
	$(MAKE) kills || failed=1; \
	exit $$failed

SEED := 1
INPUTS := 20000
KILLS := 1000

fuzz: $(INSTALLED)
	PYTHONPATH=tests:examples $(BIN)/python -m fuzz --inputs $(INPUTS) --seed $(SEED)

kills: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m kills --kills $(KILLS) --seed $(SEED)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(INSTALLED)
	$(BIN)/python docs/tables.py

# Warnings are errors: a link or a heading that is not there, a docstring that cannot be read.
site: $(INSTALLED)
	$(BIN)/python -m sphinx --builder html --jobs auto --fresh-env --fail-on-warning --quiet docs site
	@echo "site/index.html"

# Set up again when the dependencies change.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pyneuronautofit needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] + ": use make PYTHON=python3.11 (or newer) ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	touch $(INSTALLED)

clean:
	rm -rf $(VENV) $(VENV)-* $(OUT) site docs/reference fit.png build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
