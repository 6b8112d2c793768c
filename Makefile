# Every target with a "##" comment is shown by `make help`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Without compiled modules each program of the tests takes seconds more to start.
unexport PYTHONDONTWRITEBYTECODE

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/stenofleet
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv),$(CACHE)/uv-$(UV_VERSION)/bin/uv)
RUN := .venv/bin
# No test may be left out because something is missing on this machine; some look for uv.
PYTEST := PATH="$(dir $(UV)):$$PATH" STENOFLEET_REQUIRE_ALL=1 $(RUN)/pytest
CODE := libs/stenofleet/src services/api/src services/worker/src services/autoscaler/src cluster/src deploy/src
# Where a release goes: CONTEXT names a kube-context, REGISTRY where its cluster pulls images from.
WHERE := $(if $(CONTEXT),--context $(CONTEXT))
SERVERS := redis-server postgresql
PACKAGES := $(SERVERS) prometheus
# The programs by which each is known to be there.
PROGRAMS = $(patsubst postgresql,pg_ctlcluster,$(patsubst prometheus,promtool,$(PACKAGES)))
# What `make check` runs beside each other. Files that the code makes (openapi, chart-docs,
# references, dashboards) are compared by unit tests, which have imported that code already.
CHECKS := lint types imports version test-unit
# Make 3 of macOS lets them speak at once.
TOGETHER := --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
# Of hypothesis, see tests/conftest.py: `make test` tries four times as many examples.
PROFILE ?= quick
# Minutes of a release's life each, which `make campaign-releases` runs and `make test` does not.
RELEASES := $(addprefix tests/e2e/,test_helm_life.py test_external_servers.py test_dev_loop.py)
# Tests with servers of their own mostly wait; more at once than processors make workers start late.
PROCESSES ?= 2
# Of workers on this machine.
CELERY := $(RUN)/celery -A stenofleet_worker
CELERY_CONCURRENCY ?= 2
QUEUES ?= transcription,logs,core
# Those that a program writes, `stenofleet_deploy.*_page` each.
PAGES := commands metrics settings workerpool
# Its theme tells of its successor at each call.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs

.PHONY: help setup tools models format lint types imports openapi openapi-check chart-docs \
	chart-docs-check references references-check docs docs-serve manifests manifests-check dashboards \
	dashboards-check check test-unit programs test-chart test-integration test-e2e test up dev-loop \
	down demo dev-setup dev-down run-api run-celery run-celery-debug run-beat run-flower docker-worker \
	docker-worker-cloudrun docker-combined images bench-skeleton bench-clone bench-scale bench-sense \
	bench-simulator bench-operator bench-reaction bench-transcription bench-ingest bench-install \
	bench-observe bench-speakers campaign-releases campaign-kills campaign-alerts campaign-recording \
	campaign-transcription campaign-movements campaign-quickstart version release campaign-ingest clean

help: ## Show what can be made.
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-22s %s\n", $$1, $$2}'

$(CACHE)/uv-$(UV_VERSION)/bin/uv:
	python3 -m venv $(CACHE)/uv-$(UV_VERSION)
	$(CACHE)/uv-$(UV_VERSION)/bin/pip install --quiet uv==$(UV_VERSION)

.venv/.synced: uv.lock pyproject.toml $(wildcard */pyproject.toml */*/pyproject.toml) | $(UV)
	$(UV) sync --quiet --frozen --group audio --group docs
	@touch $@

setup: .venv/.synced ## Install the Python packages that uv.lock names into .venv.

tools: ## Install Redis, PostgreSQL and Prometheus for the tests (Debian, as root); else say what lacks.
	@lacking=; for program in $(PROGRAMS); do command -v $$program >/dev/null || lacking=yes; done; \
	if [ -z "$$lacking" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null; \
	else echo "the tests need these programs, please install them: $(PACKAGES)" >&2; exit 1; fi

models: setup ## Fetch the speech models for tests on this machine.
	PATH="$(dir $(UV)):$$PATH" $(RUN)/python services/worker/fetch_model.py base tiny.en campplus

format: setup ## Format the code.
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

lint: setup
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

types: setup
	$(RUN)/mypy $(CODE) tests

imports: setup
	$(RUN)/lint-imports

openapi: setup ## Write docs/openapi.json.
	$(RUN)/python -m stenofleet_api.openapi

openapi-check: setup
	$(RUN)/python -m stenofleet_api.openapi --check

chart-docs: setup ## Write the chart's schema and README from the comments in its values.yaml.
	$(RUN)/python -m stenofleet_deploy.chart_values

chart-docs-check: setup
	$(RUN)/python -m stenofleet_deploy.chart_values --check

references: setup ## Write the reference pages of docs/ from the code.
	for page in $(PAGES); do $(RUN)/python -m stenofleet_deploy.$${page}_page; done

references-check: setup
	for page in $(PAGES); do $(RUN)/python -m stenofleet_deploy.$${page}_page --check; done

docs: setup ## Make the documentation's site in dist/site; a broken link fails it.
	$(MKDOCS) build --clean

docs-serve: setup ## Show the documentation's site on http://127.0.0.1:8002, anew at each change.
	$(MKDOCS) serve --dev-addr=127.0.0.1:8002

manifests: setup programs ## Write manifests/base and manifests/overlays from the chart.
	eval "$$($(RUN)/cluster env)" && $(RUN)/python -m stenofleet_deploy.manifests

manifests-check: setup programs
	eval "$$($(RUN)/cluster env)" && $(RUN)/python -m stenofleet_deploy.manifests --check

dashboards: setup ## Write the chart's Grafana dashboards from their code.
	$(RUN)/python -m stenofleet_deploy.dashboards

dashboards-check: setup
	$(RUN)/python -m stenofleet_deploy.dashboards --check

check: setup ## Format, lint, types, import rules, unit tests: about a minute.
	$(MAKE) --no-print-directory $(TOGETHER) PROFILE=$(PROFILE) $(CHECKS)

test-unit: setup ## Unit tests: no server, no cluster. PROFILE=thorough for as many examples as in CI.
	$(PYTEST) tests/unit -q -n auto --dist worksteal --hypothesis-profile=$(PROFILE)

programs: setup ## Compile Kubernetes and Helm for the tests; minutes the first time, and never again.
	$(RUN)/cluster build

test-chart: setup tools programs ## The chart's objects against Kubernetes' schemas and API server.
	$(PYTEST) tests/chart -q -n $(PROCESSES) --dist worksteal

test-integration: setup tools models programs ## Services against a real Redis, PostgreSQL and API server.
	$(PYTEST) tests/integration -q -n $(PROCESSES) --dist worksteal

test-e2e: setup tools ## The whole way on a cluster; one that was not up before is stopped again.
	$(PYTEST) tests/e2e -q $(RELEASES:%=--ignore=%)

test: PROFILE = thorough
test: check test-chart test-integration test-e2e ## Everything. It leaves nothing running that it started.

up: setup ## Deploy to CONTEXT=..., else kind, else a cluster of our own, and make a first transcript.
	$(RUN)/stenofleet-deploy up $(WHERE) $(if $(REGISTRY),--registry $(REGISTRY)) $(ARGS)

dev-loop: setup ## Deploy to CONTEXT=... or as `make up`, then have each change of the code run at once.
	$(RUN)/stenofleet-deploy dev $(WHERE) $(if $(REGISTRY),--registry $(REGISTRY)) $(ARGS)

down: setup ## Stop the cluster that `make up` started, or remove the release from CONTEXT=...
	$(RUN)/stenofleet-deploy down $(WHERE)

demo: setup ## Transcribe RECORDING=file (default: the sample) on the release that is up.
	$(RUN)/stenofleet-deploy demo $(WHERE) $(if $(RECORDING),--recording $(RECORDING))

dev-setup: setup ## A machine without Kubernetes: .env, Redis, PostgreSQL, the schema, the models.
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! docker info >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory tools PACKAGES="$(SERVERS)"; fi
	$(RUN)/stenofleet-deploy local up
	$(RUN)/stenofleet db upgrade
	PATH="$(dir $(UV)):$$PATH" $(RUN)/python services/worker/fetch_model.py base campplus

dev-down: setup ## Stop the Redis and PostgreSQL that `make dev-setup` started; the data stay.
	$(RUN)/stenofleet-deploy local down

run-api: setup ## Serve the API on this machine, with the settings of .env.
	$(RUN)/python -m stenofleet_api

run-celery: setup ## Run a worker for all queues; CELERY_CONCURRENCY (2) tasks at once, ARGS=--hostname=...
	$(CELERY) worker -Q $(QUEUES) --concurrency=$(CELERY_CONCURRENCY) $(ARGS)

run-celery-debug: setup ## The same with its debug log.
	$(CELERY) worker -Q $(QUEUES) --concurrency=$(CELERY_CONCURRENCY) --loglevel=debug $(ARGS)

run-beat: setup ## Run Celery's clock; one is enough.
	$(CELERY) beat --schedule=.beat-schedule $(ARGS)

run-flower: setup ## Serve Flower on http://127.0.0.1:5555, to this machine alone.
	$(CELERY) flower --address=127.0.0.1 --port=5555 $(ARGS)

docker-worker: ## Build the worker's image with docker, as stenofleet/worker.
	docker build -f services/worker/Dockerfile -t stenofleet/worker .

docker-worker-cloudrun: docker-worker ## The same for hosts that ask for a server on PORT: /health tells of the consumer.
	docker build -f hosts/worker-cloudrun.Dockerfile -t stenofleet/worker-cloudrun .

docker-combined: docker-worker ## API, worker and beat in one image, for a host of one container.
	docker build -f services/api/Dockerfile -t stenofleet/api .
	docker build -f hosts/combined.Dockerfile -t stenofleet/combined .

images: setup ## Build the images that changed and bring them to the cluster.
	$(RUN)/stenofleet-deploy images $(WHERE) $(if $(REGISTRY),--registry $(REGISTRY))

bench-skeleton: setup ## Print the figures of docs/benchmarks.md, on the release that is up.
	$(RUN)/python tests/bench/bench_skeleton.py $(ARGS)

bench-clone: setup ## Print how long a fresh clone takes to its first transcript by `make up`; ARGS=--cold.
	$(RUN)/python tests/bench/bench_clone.py $(ARGS)

bench-scale: setup tools programs ## Print what an operator with 1,000 pools on 20 brokers takes.
	$(RUN)/python tests/bench/bench_scale.py $(ARGS)

bench-sense: setup tools ## Print what a look at a broker costs: deep queues, many deliveries.
	$(RUN)/python tests/bench/bench_sense.py $(ARGS)

bench-simulator: setup ## Simulate this operator, KEDA tuned and the oracle; 1 when a figure is missed.
	$(RUN)/python tests/bench/bench_simulator.py $(ARGS)

bench-operator: bench-reaction bench-sense bench-scale bench-simulator ## Print all figures of the operator.

bench-reaction: setup ## Print how the operator reacts and what its pods take, on a cluster.
	$(RUN)/python tests/bench/bench_operator.py $(ARGS)

bench-transcription: setup tools models ## Print how fast, exact and frugal transcription is.
	$(RUN)/python tests/bench/bench_transcription.py $(ARGS)

bench-ingest: setup tools ## Print how fast movements are written, and what their workers take.
	$(RUN)/python tests/bench/bench_ingest.py $(ARGS)

bench-install: setup programs ## Print how long an installation takes, and what an upgrade costs its users.
	$(RUN)/python tests/bench/bench_install.py $(ARGS)

bench-observe: setup tools programs ## Print what it costs to be seen: scrapes, Redis' commands, time of tasks.
	PATH="$(dir $(UV)):$$PATH" $(RUN)/python tests/bench/bench_observe.py $(ARGS)

bench-speakers: setup models ## Print how well and how fast speakers are told apart.
	$(RUN)/python -W ignore tests/bench/bench_speakers.py

campaign-releases: setup ## Upgrade, roll back and remove a release under load; external servers; the dev loop.
	$(PYTEST) $(RELEASES) -v

campaign-kills: setup ## Kill KILLS (50) pods and operators at random, and count each task's effect.
	KILLS=$(or $(KILLS),50) $(PYTEST) tests/e2e/operator/test_random_kills.py -q -s -o timeout=7200

campaign-alerts: setup tools ## See alerts fire and resolve on a cluster.
	ALERTS=all $(PYTEST) tests/e2e/operator/test_alerts.py -v -s

campaign-transcription: setup tools ## Kill workers, restart Redis and PostgreSQL at each of twenty points.
	FAULTS=all $(PYTEST) tests/integration/worker/test_worker_faults.py -q -s

campaign-recording: setup ## Send a recording of RECORDING_MINUTES (60) to a release; several pods hear its windows.
	RECORDING_MINUTES=$(or $(RECORDING_MINUTES),60) $(PYTEST) \
		tests/e2e/test_windows_over_pods.py -q -s -o timeout=7200

campaign-movements: setup ## Send EVENTS (1000000) movements to a release whose parts are killed; then 10 minutes idle.
	EVENTS=$(or $(EVENTS),1000000) IDLE_SECONDS=$(or $(IDLE_SECONDS),600) $(PYTEST) \
		tests/e2e/test_movements.py -q -s -o timeout=7200

campaign-quickstart: setup ## Follow docs/quick-start.md in an empty Debian (as root), and print how long it takes.
	QUICKSTART=bare $(PYTEST) tests/integration/deploy/test_quick_start.py -q -s -o timeout=7200

version: setup ## Print the version; NEW=1.2.3 has all packages, images and the chart bear it.
	@$(RUN)/stenofleet-deploy version $(NEW)

release: setup programs ## Write images, chart, bills of materials and checksums into dist/release.
	eval "$$($(RUN)/cluster env)" && PATH="$(dir $(UV)):$$PATH" $(RUN)/stenofleet-deploy package $(ARGS)

campaign-ingest: setup tools ## Write EVENTS (1000000) movements while workers are killed and servers restart.
	EVENTS=$(or $(EVENTS),1000000) $(PYTEST) \
		tests/integration/worker/movement/test_movement_campaign.py -q -s -o timeout=7200

clean: ## Remove what the tools left in this folder.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
