# What can be done here? Every target works on a fresh clone; each builds on `setup`.
PY ?= python3
BIN := .venv/bin
PEERS := .venv-peers
WORKERS ?= 2

LITELLM := .venv-litellm/bin/python
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url
NOT_NEEDED := litellm-enterprise polars polars-runtime-32 # proprietary; and 170 MB that only it asks for

.PHONY: setup litellm parquet demo test check bench peers soak lock clean

setup: .venv/.ready ## the virtual environment, from the hash-locked requirements

.venv/.ready: requirements/dev.txt pyproject.toml
	test -x $(BIN)/python || $(PY) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

litellm: .venv-litellm/.ready ## a LiteLLM proxy of its own, for the tests of its plug-in; without its proprietary part

.venv-litellm/.ready: requirements/litellm.txt pyproject.toml | setup
	test -x $(LITELLM) || $(PY) -m venv .venv-litellm
	$(BIN)/uv pip install --quiet --python $(LITELLM) --no-deps --require-hashes -r requirements/litellm.txt
	$(BIN)/uv pip install --quiet --python $(LITELLM) --no-deps --no-build-isolation -e .
	touch $@

parquet: .venv/.parquet ## what reads Parquet, for its tests: too heavy to come with everything

.venv/.parquet: requirements/parquet.txt | setup
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/parquet.txt
	touch $@

demo: setup ## the whole story on this machine, in a browser
	$(BIN)/leverframe demo

test: setup ## everything: format, lint, types, contracts, tests, stories, docs
	$(BIN)/python tools/test_everything.py --workers $(WORKERS)

check: setup ## the quick half: format, lint, types, contracts
	$(BIN)/python tools/test_everything.py --quick

bench: setup ## measure, and print goals beside figures
	@$(MAKE) --no-print-directory peers || echo "going on without the peers: their environment cannot be made here"
	$(BIN)/python bench/all.py

peers: $(PEERS)/.ready ## the environment of the products that route() is measured beside

$(PEERS)/.ready: requirements/peers.txt | setup
	test -x $(PEERS)/bin/python || $(PY) -m venv --without-pip $(PEERS)
	$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python --require-hashes -r requirements/peers.txt
	touch $@

soak: setup ## the long half: ten demos, kill -9 at random points
	$(BIN)/python tools/soak.py
	$(BIN)/python tools/soak.py --no-tests --demos 0 --sequences 0 --rounds 5 --kills 12 --bake 36 --first-seed 1001

lock: ## lock the requirements again, without any index address
	$(LOCK) --extra server --extra postgres --extra demo --group dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --extra server --extra postgres pyproject.toml -o requirements/server.txt
	$(LOCK) --extra parquet --no-deps --no-emit-package xxhash pyproject.toml -o requirements/parquet.txt
	$(LOCK) --group peers pyproject.toml -o requirements/peers.txt
	$(LOCK) --group litellm-proxy $(addprefix --no-emit-package ,$(NOT_NEEDED)) pyproject.toml -o requirements/litellm.txt

clean:
	rm -rf .venv .venv-peers .venv-litellm .prometheus build dist .pytest_cache .ruff_cache .hypothesis
