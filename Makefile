VENV := .venv
PY := $(VENV)/bin/python
FIND_PYTHON := $(shell command -v python3.13 || command -v python3.12 || command -v python3.11 || command -v python3)
export UV_PYTHON_DOWNLOADS := never
export DJANGO_SETTINGS_MODULE := onecore.settings

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check bench requirements clean

help: ## list what make can do
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

requirements: ## pin every package anew from pyproject.toml
	$(VENV)/bin/uv pip compile -q --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(VENV)/bin/uv pip compile -q --generate-hashes --no-header --extra test pyproject.toml -o tests/requirements.txt
