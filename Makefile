# Contact sync: everything a person runs here. `make` alone lists it.
# Needs Python 3.11 or later, git and make; the rest is installed into .venv.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; done; echo python3)
VENV := .venv/bin
# Tests: so many processes, so many seconds for the whole, and more options for pytest (make test ARGS=-x).
# Three for two cores: one of them mostly waits for a running Airflow.
WORKERS ?= 3
TEST_SECONDS ?= 2700
ARGS ?=
# Laws over the stages, which make test tries with a few histories only.
LAWS := tests/stages/test_laws.py tests/stages/test_field_owner.py tests/stages/test_event_import.py

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup lock demo demo-once clean-demo test test-browser pictures test-long bench rules lint

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv with the locked packages (seconds when nothing changed)
	@$(PYTHON) include/local/install.py

lock: ## Write requirements.txt and requirements-dev.txt anew from pyproject.toml
	@$(PYTHON) include/local/install.py --lock

demo: setup ## Start everything here against the sandbox, keep it up until Ctrl-C
	@$(VENV)/python -m include.local.demo

demo-once: setup ## The same in a folder of its own, checked against an independent count, then stopped
	@$(VENV)/python -m include.local.demo --once

clean-demo: setup ## Forget the data of the demo
	@$(VENV)/python -m include.local.clean

test: setup ## Run all tests
	@mkdir -p build
	@RULES_DRIFT=tell $(VENV)/python -m pytest -n $(WORKERS) --session-timeout=$(TEST_SECONDS) --basetemp=build/pytest $(ARGS) tests

test-browser: ## Pages and forms in headless Chromium; screenshots in build/browser (not part of make test)
	@$(PYTHON) include/local/install.py --browser
	@mkdir -p build
	@$(VENV)/python -m pytest --basetemp=build/pytest-browser $(ARGS) tests/browser

pictures: ## Take the pictures of docs/images anew, from a demo of its own, in headless Chromium
	@$(PYTHON) include/local/install.py --browser
	@mkdir -p build
	@$(VENV)/python -m tests.browser.pictures

test-long: setup ## Kill every write, play every fault, run the demo without a network: too long for make test
	@mkdir -p build
	@CONTACT_SYNC_HISTORIES=10 $(VENV)/python -m pytest --basetemp=build/pytest-long $(ARGS) tests/long $(LAWS)

bench: setup ## Measure speed and memory, print a table, write build/bench.json (a quarter of an hour; ARGS="--only parse")
	@$(VENV)/python -m tests.benchmarks $(ARGS)

rules: setup ## Write docs/rules.md from the last full run of the tests
	@$(VENV)/python -m tests.rules

lint: setup ## Ruff, mypy, the sync files and the generated schema
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy
	@$(VENV)/contact-sync lint --check-schema
