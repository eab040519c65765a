# Everything starts here: `make` lists what there is. It needs Python 3.11 or newer, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.made-from-requirements
SPECS := .local/specs
PIP_COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

ONLY = $(if $(PLATFORMS),--platforms $(PLATFORMS))

.DEFAULT_GOAL := help
.PHONY: help setup run smoke test faults chaos specs check bench lock deploy secrets admin-link teardown redrive generate clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '%-16s %s\n' "$$name" "$$what"; done

setup: $(READY) ## the virtual environment, with all that is needed to work on this

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lamppost needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which: make PYTHON=python3.12 …")'
	@echo "Making the virtual environment (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: setup ## the product on this machine, with stand-ins of the platforms: http://localhost:8000/ (PORT= NAME= PLATFORMS=)
	@$(BIN)/python -m infra.local run $(if $(PORT),--port $(PORT)) $(if $(NAME),--name $(NAME)) $(ONLY)

smoke: setup ## the same without a person: connect every platform, publish to all, print when it arrived
	@$(BIN)/python -m infra.local smoke $(if $(PORT),--port $(PORT)) $(ONLY)

test: check ## lint, types, import contracts, then every test
	$(BIN)/pytest -n 2 --dist loadgroup

faults: setup ## a fault at every step of a post, on every platform: the table (PLATFORMS= for some, SIZE=ci for a few; about half an hour for all)
	@$(BIN)/python -m tests.faults $(ONLY) $(if $(SIZE),--size $(SIZE))

chaos: setup ## 500 posts in one minute on this machine while workers are killed and AWS fails: was any lost, twice, untrue? (SEED=; under ten minutes)
	@$(BIN)/python -m infra.chaos $(if $(SEED),--seed $(SEED)) $(if $(SIZE),--size $(SIZE))

specs: setup $(SPECS)/.made ## what we send, against descriptions that the platforms or others publish
	$(SPECS)/bin/pytest -m specs tests/specs

$(SPECS)/.made: requirements-dev.txt tests/specs/requirements.txt tests/specs/package.json
	@echo "Installing the published descriptions (once, about two minutes) …"
	@$(PYTHON) -m venv $(SPECS)
	@$(SPECS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(SPECS)/bin/pip install --quiet --disable-pip-version-check -r tests/specs/requirements.txt
	@$(SPECS)/bin/pip install --quiet --disable-pip-version-check --no-deps postiz-agent==1.0.1
	@mkdir -p .local/npm && cp tests/specs/package.json .local/npm/ && if command -v npm >/dev/null; then cd .local/npm && npm install --silent --no-audit --no-fund; else echo "npm is missing: the check against GitHub's schema is skipped."; fi
	@touch $@

check: setup ## lint, types and import contracts only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## what a post costs, how fast a publisher starts, how late posts are
	@$(BIN)/python -m bench

lock: setup ## pin and hash what the requirements*.in ask for
	$(PIP_COMPILE) -o requirements.txt requirements.in
	$(PIP_COMPILE) --allow-unsafe -o requirements-dev.txt requirements-dev.in
	$(PIP_COMPILE) -o infra/local/requirements.txt infra/local/requirements.in

generate: setup ## template.yaml, the publishers in .chalice/config.json, the policies and the README's table, from the platforms
	@$(BIN)/python -m infra.template
	@$(BIN)/python -m infra.config
	@$(BIN)/python -m infra.policies
	@$(BIN)/python -m chalicelib.providers README.md

deploy: setup stage ## to AWS: STAGE=dev or prod
	@$(BIN)/python -m infra.deploy --stage $(STAGE)

secrets: setup stage ## put a .env file's credentials where a stage reads them: ENV=.env STAGE=prod
	@$(BIN)/python -m infra.secrets $(or $(ENV),.env) --stage $(STAGE)

admin-link: setup stage ## a link that signs an owner in once: STAGE=prod (EMAIL=ada@example.com WORKSPACE=home)
	@$(BIN)/python -m infra.admin --stage $(STAGE) $(if $(EMAIL),--email $(EMAIL)) $(if $(WORKSPACE),--workspace $(WORKSPACE))

redrive: setup stage ## send dead letters on their way again: STAGE=prod
	@$(BIN)/python -m infra.redrive --stage $(STAGE)

teardown: setup stage ## take a stage off AWS: STAGE=dev
	@$(BIN)/python -m infra.teardown --stage $(STAGE)

.PHONY: stage
stage:
	@test -n "$(STAGE)" || { echo "Say which stage: make … STAGE=dev"; exit 2; }

clean: ## remove what was made: local copies with all they hold, caches, packages
	rm -rf .local .chalice/deployments .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
