# Sets up and calls; everything else is in the `wenhao` command.
# make run    set up, index corpus/, serve on http://127.0.0.1:8000
# make test   set up all it needs, run every check

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet

.PHONY: run setup charts test bench browser frontends lock check clean
.DEFAULT_GOAL := run

run: setup
	@$(BIN)/wenhao run corpus

setup: $(VENV)/.installed charts
	@$(BIN)/wenhao engine install --quiet --quiet

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11 至 3.13：找不到 $(PYTHON)。Wenhao needs Python 3.11-3.13." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo "需要 Python 3.11 至 3.13，而 $(PYTHON) 是 `$(PYTHON) -V`。可用 make PYTHON=python3.12 指定。" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "不能建立虚拟环境；Debian/Ubuntu 请先安装 python3-venv。" >&2; exit 1; }

$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "正在安装依赖（首次约一分钟）… installing dependencies"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "正在安装测试依赖… installing test dependencies"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# The charts of the figures page, built from npm's packages by their lock file. Without npm the page has its tables only.
charts:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory api/static/built/charts.js; \
	  else echo "没有 npm：统计数据页只有表格，没有图。 npm is missing: figures come as tables, without charts." >&2; fi

api/static/built/charts.js: web/package-lock.json web/charts.js
	@cd web && npm ci --silent && npm run build --silent -- --log-level=warning

browser:
	@sh scripts/ensure_browser.sh

frontends: tests/frontends/node_modules/.package-lock.json

tests/frontends/node_modules/.package-lock.json: tests/frontends/package-lock.json
	@echo "正在安装测试用的前端… installing the front ends that the tests use"
	@cd tests/frontends && npm ci --silent
	@touch $@

test: setup $(VENV)/.installed-dev browser frontends
	@$(MAKE) --no-print-directory check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

bench: setup $(VENV)/.installed-dev
	@$(BIN)/python -m bench

lock: # needs uv; writes versions and hashes, no host
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 pyproject.toml --group build -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 pyproject.toml --group build --extra opensearch -o requirements-cluster.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 pyproject.toml --group build --group dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) data
