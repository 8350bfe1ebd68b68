# `make` lists the targets. Needs Python 3.11 or later and make, nothing else.

PYTHON ?= python3
PYTEST_ARGS ?=
CI_ARGS ?=
DEPLOY_ARGS ?=

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help venv landing demo docs test test-full lint format deploy deploy-demo promote clean \
    ci ci-summary ci-comment ci-clean ci-drop-schemas

# The same places as after `source .venv/bin/activate`.
export DUCKSHIFT_PROJECT_ROOT := $(CURDIR)
export DBT_PROFILES_DIR := $(CURDIR)/profiles
export DUCKSHIFT_LANDING_ROOT := $(or $(DUCKSHIFT_LANDING_ROOT),$(CURDIR)/data/landing)
export DUCKSHIFT_DATABASE := $(or $(DUCKSHIFT_DATABASE),$(CURDIR)/data/warehouse.duckdb)
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

venv: .venv/.installed ## virtual environment with the locked packages, up to date

# The lock names every package, so no others are looked for: dbt-colibri would bring a compiled sqlglot with it,
# which the local Redshift server is not tested with. The lines added to `activate` make dbt work without flags, and
# dbt and duckshift agree on where things are.
.venv/.installed: requirements.lock pyproject.toml
	@command -v "$(PYTHON)" > /dev/null || \
	    { echo "$(PYTHON) is not installed: Duckshift needs Python 3.11 or later" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Duckshift needs Python 3.11 or later and $(PYTHON) is $$("$(PYTHON)" --version): name another," \
	        "such as make venv PYTHON=python3.12" >&2; exit 1; }
	@.venv/bin/python -c '' 2> /dev/null || "$(PYTHON)" -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@grep -q DUCKSHIFT_PROJECT_ROOT .venv/bin/activate || printf '%s\n' \
	    '' \
	    '# Duckshift: where things are, for dbt and duckshift alike (written by make venv)' \
	    'export DUCKSHIFT_PROJECT_ROOT="$${VIRTUAL_ENV%/*}"' \
	    'export DBT_PROFILES_DIR="$$DUCKSHIFT_PROJECT_ROOT/profiles"' \
	    'export DUCKSHIFT_LANDING_ROOT="$${DUCKSHIFT_LANDING_ROOT:-$$DUCKSHIFT_PROJECT_ROOT/data/landing}"' \
	    'export DUCKSHIFT_DATABASE="$${DUCKSHIFT_DATABASE:-$$DUCKSHIFT_PROJECT_ROOT/data/warehouse.duckdb}"' \
	    >> .venv/bin/activate
	@touch $@

# Files are generated beside the landing root and moved there when they are complete.
landing: venv ## sample landing files, where there are none
	@if [ ! -e "$$DUCKSHIFT_LANDING_ROOT" ]; then \
	    duckshift generate --scale 0.1 --to "$$DUCKSHIFT_LANDING_ROOT.partial"; \
	    mv "$$DUCKSHIFT_LANDING_ROOT.partial" "$$DUCKSHIFT_LANDING_ROOT"; \
	fi

# Unit tests need no data: `make test` runs them.
demo: venv landing ## sample landing files, the warehouse built from them, a summary, the docs site
	dbt build --exclude-resource-type unit_test
	@duckshift status
	duckshift docs build

docs: venv ## the docs site of the warehouse that was built, in site/: open site/index.html
	duckshift docs build

# Real data lie beside a checkout where they are at hand; without them their tests say that they are skipped.
test test-full: export DUCKSHIFT_TEST_DATA := $(or $(DUCKSHIFT_TEST_DATA),$(wildcard $(CURDIR)/../shared/data))
test: venv ## everything that CI tests (PYTEST_ARGS passes options on)
	pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not full" $(PYTEST_ARGS)

# More than an hour on two cores: nightly, and by hand before a release.
test-full: venv ## what takes too long for every change: all replay plans on both engines, new seeds
	pytest -n 2 --dist loadscope --no-loadscope-reorder -m full $(PYTEST_ARGS)

# Main: what is built is promoted only if all of it went well; else CI goes on with the former state. DEPLOY_ARGS
# are those of a build before, which a review may ask for: DEPLOY_ARGS='--full-refresh --select dim_category+'.
deploy: venv ## build production and make it what changes are checked against
	$(if $(DEPLOY_ARGS),dbt build --target $(or $(DUCKSHIFT_TARGET),duckdb) $(DEPLOY_ARGS))
	dbt build --target $(or $(DUCKSHIFT_TARGET),duckdb)
	duckshift ci promote

# Of a production that was built once a check has no batch to replay: sample files come in four deliveries.
deploy-demo: venv ## deploy with sample files, which come in deliveries where there are none
	@zone="$$DUCKSHIFT_LANDING_ROOT.zone"; \
	if [ ! -e "$$DUCKSHIFT_LANDING_ROOT" ] || [ -e "$$zone" ]; then \
	    duckshift generate --scale 0.1 --to "$$zone"; \
	    for until in 2024-03-01 2024-03-12 2024-03-22; do \
	        duckshift land zone --from "$$zone" --until $$until; \
	        dbt build --target duckdb --exclude-resource-type test unit_test; \
	    done; \
	    duckshift land zone --from "$$zone"; \
	    rm -r "$$zone"; \
	fi
	$(MAKE) deploy

promote: venv ## make the build that has just ended what changes are checked against
	duckshift ci promote

# The review lies in data/ci/review.md too. CI_ARGS passes options on, such as --batches 5.
ci: venv ## check a change as CI does: build what it touches beside production, replay, review
	duckshift ci $(CI_ARGS)

ci-summary: ## show the review on the page of a GitHub workflow
	cat data/ci/review.md >> "$${GITHUB_STEP_SUMMARY:-/dev/stdout}"

# The comment of an earlier review is replaced; what a person pasted stays.
ci-comment: ## put the review on a pull request of GitHub (needs gh; PULL_REQUEST is its number)
	@own="$$(gh api --paginate "repos/{owner}/{repo}/issues/$(PULL_REQUEST)/comments" \
	    --jq '.[] | select(.user.type == "Bot" and (.body | startswith("# Duckshift review"))) | .id' \
	    | tail -n 1)"; \
	if [ -n "$$own" ]; then \
	    gh api --silent --method PATCH "repos/{owner}/{repo}/issues/comments/$$own" -F body=@data/ci/review.md; \
	else \
	    gh pr comment "$(PULL_REQUEST)" --body-file data/ci/review.md; \
	fi

ci-clean: venv ## remove what checks have built
	duckshift ci clean

# DROP_ARGS passes arguments on, such as DROP_ARGS='{older_than_days: 2}'.
ci-drop-schemas: venv ## drop the schemas of old checks on Redshift
	dbt run-operation drop_ci_schemas --target redshift --args '$(or $(DROP_ARGS),{})'

lint: venv ## style, types, SQL, and whether the exported contract is up to date
	ruff check .
	ruff format --check .
	mypy
	duckshift contract export --check
	python -m duckshift.lint_sql

format: venv ## bring Python and SQL into shape
	ruff check --fix .
	ruff format .
	python -m duckshift.lint_sql --fix

clean: ## remove what builds and tests leave behind, and the default warehouse; landing files stay
	rm -rf target logs site .pytest_cache .mypy_cache .ruff_cache .hypothesis data/warehouse.duckdb data/warehouse.duckdb.wal
