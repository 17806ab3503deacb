# `make help` lists what there is. The environment is .venv, state lives under var/; nothing is written elsewhere.
VENV := .venv
PY := $(VENV)/bin/python
# The first that truly runs and is new enough: a name on the PATH may be a shim for a Python that is not there.
PYTHON = $(shell for name in python3.11 python3.12 python3.13 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v $$name; break; }; done)
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
export DJANGO_SETTINGS_MODULE := onecore.settings

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check bench requirements clean

help: ## list what make can do
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.ready ## build the environment: .venv with every pinned package
$(VENV)/.ready: requirements.txt tests/requirements.txt
	@python="$(PYTHON)"; test -n "$$python" || { echo "No Python 3.11 or newer found. Install one, then run make again."; exit 2; }; \
	test -x $(PY) || $$python -m venv $(VENV) || { echo "Python has no venv here. On Debian: apt-get install python3-venv"; exit 2; }
	@if command -v uv >/dev/null 2>&1; then uv=uv; elif $(PY) -m pip install -q --disable-pip-version-check uv==0.13.8; then uv="$(PY) -m uv"; else uv=false; fi; \
	echo "Installing the pinned packages"; \
	$$uv pip install -q --python $(PY) --require-hashes -r tests/requirements.txt || \
	{ echo "uv could not; trying pip"; $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r tests/requirements.txt; }
	@touch $@

demo: setup ## run the main job on pretend systems and print what both sides hold
	@$(PY) manage.py migrate -v0
	@$(PY) manage.py demo $(if $(TENANT),--tenant $(TENANT))

serve: setup ## portal, worker and sandbox together on 127.0.0.1, with the demo data
	@$(PY) manage.py migrate -v0
	@$(PY) manage.py demo --serve

test: setup ## the whole suite: on SQLite, then on PostgreSQL
	$(PY) -m pytest -q --database sqlite
	$(PY) -m pytest -q --database postgres

check: setup ## format, lint, types, floors, migrations, security
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/mypy
	$(VENV)/bin/bandit -q -r onecore connectors mappings audit -lll
	$(PY) manage.py check
	$(PY) manage.py makemigrations --check --dry-run

bench: setup ## speed and memory as ratios measured in one run
	$(PY) -m tests.bench

requirements: ## pin every package anew from pyproject.toml
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra test pyproject.toml -o tests/requirements.txt

clean: ## remove the environment and all demo state
	rm -rf $(VENV) var staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
