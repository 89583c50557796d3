# `make run` opens the trial clinic and `make test` runs every test; both set up whatever is missing first.
# Python 3.11+ is all that has to be installed. With DATABASE_URL set, here or in .env, that database is used;
# otherwise clinic/postgres keeps one under .local/postgres.

PORT ?= 8000
ARGS ?=
WORKERS ?= 2

export PYTHON

PY := .venv/bin/python
WITH_DATABASE := exec $(PY) -m clinic.postgres run --

.PHONY: help setup run test fuzz look check check-messages messages fix lock screenshots bench-generate bench-contention bench-slots \
	bench-sign-in bench-board bench-access-log bench-clean pg-start pg-stop pg-status clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: setup ## Open the trial clinic on 127.0.0.1:8000 (PORT=8001 for another port)
	@$(WITH_DATABASE) $(PY) -m clinic.setup.serve $(PORT)

test: setup ## Run every test (ARGS="-k booking" for some of them)
	@$(WITH_DATABASE) $(PY) -m pytest -n $(WORKERS) $(ARGS)

fuzz: setup ## Send the API thousands of requests made from its description (ARGS=200 examples each)
	@export CLINIC_FUZZ=$(or $(ARGS),40); $(WITH_DATABASE) $(PY) -m pytest clinic/tests/test_api_fuzz.py -s

look: setup ## Look at every page in every language, theme and size with axe-core
	@export CLINIC_LOOK=all; $(WITH_DATABASE) $(PY) -m pytest -n $(WORKERS) clinic/tests/test_nobody_is_shut_out.py

check: setup ## Lint, check types, imports, migrations, settings and templates
	@$(WITH_DATABASE) clinic/setup/check.sh

messages: setup ## Collect the texts of all pages in clinic/locale, for translators
	@$(PY) -m clinic.setup.messages collect

check-messages: setup ## Say which texts are not translated, or not well
	@$(PY) -m clinic.setup.messages check

fix: setup ## Format the code and mend what can be mended automatically
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .

screenshots: setup ## Take the pictures in docs/screenshots anew, of every page of a demo clinic
	@$(WITH_DATABASE) $(PY) -m pytest -p no:xdist clinic/tests/pictures/take.py

bench-generate: setup ## Make the large network that the benchmarks read (ARGS=--fresh to make it anew)
	@$(WITH_DATABASE) $(PY) -m bench.generate $(ARGS)

bench-contention: setup ## Let 64 clients race for the same appointments
	@$(WITH_DATABASE) $(PY) -m bench.contention $(ARGS)

bench-slots: setup ## Time the search for slots (ARGS="--history 10000000" for its growth too)
	@$(WITH_DATABASE) $(PY) -m bench.slots $(ARGS)

bench-sign-in: setup ## Time wrong sign-ins with known and with unknown names
	@$(WITH_DATABASE) $(PY) -m bench.sign_in $(ARGS)

bench-board: setup ## Time the day board of a full day, in requests and in a slow browser
	@$(WITH_DATABASE) $(PY) -m bench.board $(ARGS)

bench-access-log: setup ## Time what a row of the access log costs, alone and among 64 writers
	@$(WITH_DATABASE) $(PY) -m bench.access_log $(ARGS)

bench-clean: setup ## Remove the databases of the benchmarks
	@$(WITH_DATABASE) $(PY) -m bench.database clean

pg-start: .venv/installed ## Start PostgreSQL and leave it running
	@$(PY) -m clinic.postgres start

pg-stop: .venv/installed ## Stop PostgreSQL
	@$(PY) -m clinic.postgres stop

pg-status: .venv/installed ## Say whether PostgreSQL runs
	@$(PY) -m clinic.postgres status || true

UV_COMPILE = $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

lock: .venv/installed ## Pin newer versions where pyproject.toml allows them (ARGS=--upgrade for all)
	$(UV_COMPILE) $(ARGS) -o requirements.txt
	$(UV_COMPILE) $(ARGS) --group dev -o requirements-dev.txt

clean: ## Stop PostgreSQL and remove all that was made here, its data included
	@if [ -x $(PY) ]; then $(PY) -m clinic.postgres remove; fi
	rm -rf .venv node_modules .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f clinic/locale/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard clinic/locale/*/LC_MESSAGES/*.po))

setup: .venv/installed node_modules/installed .env $(CATALOGUES)

%.mo: %.po clinic/setup/compile_messages.py | .venv/installed
	@$(PY) clinic/setup/compile_messages.py $<

# A trial's own settings; an existing .env is never touched.
.env: | .venv/installed
	@clinic/setup/env.sh

.venv/installed: requirements-dev.txt
	@clinic/setup/venv.sh

node_modules/installed: package-lock.json package.json | .venv/installed
	@clinic/setup/assets.sh
