# `make demo` and `make test` need Python 3.11+ and nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := .tools/bin/uv

# Trust what the machine trusts: behind a company's proxy uv's own certificates do not suffice.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= 1
endif

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

$(UV):
	@local/bootstrap.sh "$(PYTHON)"

$(VENV)/.installed: requirements/dev.txt pyproject.toml | $(UV)
	@$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

install: $(VENV)/.installed ## Build the locked environment in .venv

demo: install ## Run the main job on examples/ against a real Temporal server and PostgreSQL
	@$(BIN)/aftersales demo

up: install ## Keep everything running on this machine, data kept in .local/
	@$(BIN)/aftersales up

test: install ## Run every test on real servers
	@$(BIN)/python -m tests

lint: install ## Style, imports, types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: install ## Measure our workflows beside bare ones, in one run
	@$(BIN)/python -m bench

lock: $(UV) ## Recompile the hashed requirements from pyproject.toml
	@for set in runtime local dev; do \
	  extra=$$([ $$set = runtime ] || echo "--extra $$set"); \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --no-emit-package aftersales $$extra pyproject.toml -o requirements/$$set.txt; done

clean: ## Remove the environment and local data; refused while `aftersales up` runs
	@$$([ -x $(BIN)/python ] && echo $(BIN)/python || echo $(PYTHON)) -m local.clearing .local
	rm -rf $(VENV) .tools

.PHONY: help install demo up test lint bench lock clean
