# The two commands of a newcomer. Each brings what it needs; Python 3.11 or later is all that must be there.

PYTHON ?= python3
UV := $(shell command -v uv)
ifeq ($(UV),)
UV := .uv/bin/uv
endif
JARS := deploy/kafka/target/libs
CLIENTS := tests/clients/node_modules
# The Python that is there is used, never one that uv would download.
export UV_PYTHON_DOWNLOADS := never

.PHONY: demo test check compiled chaos attack fuzz kafka clients sync clean

# Fill a simulated shop with 14 days of visitors, show what hurts its checkout, and go on serving until Ctrl-C.
demo: $(UV)
	@$(UV) sync --quiet --frozen --inexact --no-dev
	@exec .venv/bin/desireline demo

# Lint, types, import law and all tests; those that need Java and Maven, node or chromium, skip, saying so, where these
# are missing. As many files of tests run at once as there are cores, at most four.
test: check kafka clients
	.venv/bin/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

# The long proof by breaking things, about forty minutes. SEED=… replays a failure; PARTS=cluster runs one part of it,
# EVENTS=… and MINUTES=… lengthen it (docs/chaos.md).
chaos: sync kafka
	@.venv/bin/python -m tests.chaos $(PARTS) $(if $(SEED),--seed $(SEED)) $(if $(EVENTS),--events $(EVENTS)) \
	  $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SHORT),--short) $(if $(KEEP),--keep $(KEEP))

# Clients that mean harm, with the deadlines that hold in earnest, and a hundred thousand made-up requests; ten minutes
# each (docs/ingest.md).
attack: sync
	@ATTACK_LONG=1 .venv/bin/pytest tests/attack/test_attack.py

fuzz: sync
	@.venv/bin/python -m tests.attack.fuzz $(if $(INPUTS),--inputs $(INPUTS))

# The wheel in which what every event passes through is compiled, in dist/, and the tests of that run against it. Needs a
# C compiler.
compiled: $(UV)
	@rm -rf dist/compiled && mkdir -p dist/compiled
	@DESIRELINE_COMPILED=1 $(UV) build --quiet --wheel --out-dir dist/compiled
	@UV_PROJECT_ENVIRONMENT=dist/compiled/venv $(UV) sync --quiet --frozen --no-install-project
	@$(UV) pip install --quiet --python dist/compiled/venv --no-deps dist/compiled/*.whl
	@cp -r tests bench docs pyproject.toml dist/compiled
	@mkdir -p dist/compiled/services/demo && cp services/demo/*.yaml dist/compiled/services/demo
	@cd dist/compiled && venv/bin/python -c 'import services.core.fold as it; assert it.__file__.endswith(".so"), it.__file__'
	@cd dist/compiled && venv/bin/python -c 'import services.ingest.together as it; assert it.__file__.endswith(".so"), it.__file__'
	@cd dist/compiled && venv/bin/python -m pytest tests/core tests/ingest tests/edges/test_batch_builder.py

check: sync
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

sync: $(UV)
	@$(UV) sync --quiet --frozen --compile-bytecode

# Apache Kafka itself, for the tests that run against it.
kafka: $(JARS)

$(JARS):
	@if command -v java >/dev/null && command -v mvn >/dev/null; then \
	  mvn -q -B -f deploy/kafka/pom.xml dependency:copy-dependencies; \
	else \
	  echo "Java or Maven is missing: tests against a real Kafka will be skipped."; \
	fi

# Vendors' clients for node, for the tests that send by them.
clients: $(CLIENTS)

$(CLIENTS): tests/clients/package-lock.json
	@if command -v npm >/dev/null; then \
	  npm ci --prefix tests/clients && touch $@; \
	else \
	  echo "npm is missing: tests with clients for node will be skipped."; \
	fi

# Where Debian's python3 comes without ensurepip there may still be a pip of its own.
.uv/bin/uv:
	@rm -rf .uv
	@if $(PYTHON) -m venv .uv >/dev/null 2>&1; then \
	  .uv/bin/pip install --quiet --disable-pip-version-check uv; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	  rm -rf .uv && $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv uv; \
	else \
	  echo "Neither venv nor pip is there to bring uv: apt install python3-venv, or install uv yourself." >&2; exit 1; \
	fi

# Everything that was brought or built; the data folder stays.
clean:
	rm -rf .venv .uv deploy/kafka/target $(CLIENTS) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
