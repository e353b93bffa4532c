# Needs Python 3.11 or newer, git and make; everything else is put into .venv and .bank.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
FAST := not integration and not system and not chaos
WHOLE := system or chaos
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test test-containers check format lint types laws fast up down migrate freeze contracts bench \
	bench-growth bench-loans lock

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: .venv/runtime  ## the whole bank, ready to use; Ctrl-C stops it cleanly
	@$(BIN)/python -m infra.deployment.cli run

test: .venv/dev  ## every test, on a real PostgreSQL and a real RabbitMQ
	$(BIN)/pytest -q -n 2 -rfEs -m "not ($(WHOLE))"
	$(BIN)/pytest -q -m "$(WHOLE)"

test-containers: .venv/dev  ## tests on the images of docker-compose.yml; needs a Docker engine
	BANK_TEST_SERVERS=containers $(BIN)/pytest -q -n 2 -rfEs -m integration

check: .venv/dev  ## format, lint, types, import laws, fast tests; under a minute
	@$(MAKE) --no-print-directory -j 2 -O format lint types laws fast

format: .venv/dev
	$(BIN)/ruff format --check --quiet .

lint: .venv/dev
	$(BIN)/ruff check --quiet .

types: .venv/dev
	$(BIN)/mypy

laws: .venv/dev
	$(BIN)/lint-imports

fast: .venv/dev
	$(BIN)/pytest -q -m "$(FAST)"

up:  ## the bank in containers (Docker with the compose plugin)
	docker compose up --build --detach --wait

down:  ## stop the containers; their data stays
	docker compose down

migrate: .venv/runtime  ## bring all tables to their newest revision
	@$(BIN)/python -m infra.deployment.cli migrate

freeze: .venv/runtime  ## add new revisions to the list of those that never change
	@$(BIN)/python -m infra.deployment.migrations.freeze

contracts: .venv/dev  ## write contracts/schemas, the AsyncAPI document and the pictures in docs anew
	$(BIN)/python -m infra.deployment.contracts
	$(BIN)/python -m infra.deployment.diagrams
	$(BIN)/python -m infra.deployment.tables

bench: .venv/dev  ## measure the figures of docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks

bench-growth: .venv/dev  ## ask a bank with ten million postings what one with none is asked
	$(BIN)/python -m tests.benchmarks.growth

bench-loans: .venv/dev  ## ask for quotes; end days of 10,000 and 100,000 loans, debit 2,000
	$(BIN)/python -m tests.benchmarks.loans

lock: .venv/runtime  ## pin requirements/*.in, with hashes and without any registry's address
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv $(COMPILE) requirements/runtime.in --output-file requirements/runtime.txt
	$(BIN)/uv $(COMPILE) requirements/dev.in --output-file requirements/dev.txt

# What is installed is recorded in a file named after the list it was installed from.
.venv/runtime: requirements/runtime.txt .venv/bin/python
	$(call install,requirements/runtime.txt)

.venv/dev: requirements/dev.txt .venv/bin/python
	$(call install,requirements/dev.txt)

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "bank: Python 3.11 or newer is needed" >&2; exit 1; }
	@echo "making .venv with $(PYTHON)"
	@$(VENV)

# Whole or not at all: half of one would be taken for a whole one by the next make.
VENV = $(PYTHON) -m venv .venv && $(BIN)/python -m pip --version > /dev/null || { rm -rf .venv; \
	echo "bank: no .venv could be made; Debian and Ubuntu need the package python3-venv" >&2; \
	exit 1; };

# One line per package while pip works; what it complains about is shown as it is. A package that an
# earlier pip was cut off in may look installed and not be whole, so all are then installed anew.
define install
@$(BIN)/python -m pip --version > /dev/null 2>&1 || { $(VENV) }
@echo "installing $$(grep -c '==' $(1)) packages of $(1), once"
@again=$$(grep -qs unfinished .venv/status && echo --ignore-installed); echo unfinished > .venv/status; \
{ PYTHONUNBUFFERED=1 $(BIN)/python -m pip install $$again --require-hashes --requirement $(1); \
	echo $$? > .venv/status; } \
	| awk '/^Collecting/ { print "  " $$2; fflush() } /^Installing/ { print "  unpacking"; fflush() }'
@exit $$(cat .venv/status)
@touch $@
endef
