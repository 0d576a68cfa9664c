# Two commands: `make run` and `make test`. Both start from a bare clone, ask nothing, need no root.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DEMO ?= 1
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
NPM := $(shell command -v npm 2>/dev/null || echo $(BIN)/npm)

.PHONY: run test lint assets bench bench-setup bench-ingest bench-pages bench-lighthouse bench-tiles bench-legacy bench-likeness bench-retrieval bench-search bench-forty bench-catalogue help-pictures lock clean help
.DEFAULT_GOAL := help

help:
	@echo "make run     dựng và mở kho (PORT=8000, HOST=127.0.0.1, DEMO=0 để mở kho trống)"
	@echo "make test    chạy toàn bộ kiểm thử (CI=true: cả những bài lâu)"
	@echo "make lint    ruff, mypy, import-linter"
	@echo "make bench   đo tốc độ"
	@echo "make help-pictures   chụp lại hình trong các trang hướng dẫn"

run: $(VENV)/.installed $(VENV)/.tried-ocr node_modules/.fetched
	@sh tests/tools/catdoc.sh
	@exec $(BIN)/python -m archive.serve --host $(HOST) --port $(PORT) $(if $(filter 0,$(DEMO)),,--demo)

# Journeys and processes that are killed wait much of their time: one more than there are processors.
BESIDE = -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist loadfile --no-loadscope-reorder

test: lint $(VENV)/.tried-ocr $(VENV)/.installed-ocfl $(VENV)/.installed-bench node_modules/.fetched tests/tools/web/node_modules/.fetched
	@sh tests/tools/browser.sh
	@sh tests/tools/catdoc.sh
	@$(BIN)/python -m pytest $(BESIDE)
	@[ "$$CI" != true ] || $(BIN)/python -m pytest -m slow $(BESIDE)

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

assets: node_modules/.fetched

# What no longer looks as in its picture is taken anew; look at the pictures before committing them.
help-pictures: $(VENV)/.installed-dev node_modules/.fetched
	@sh tests/tools/browser.sh
	@HELP_PICTURES=write $(BIN)/python -m pytest -q -m slow tests/journeys/test_help_pictures.py
	@git status --short archive/static/help

bench: bench-setup bench-ingest bench-pages bench-tiles bench-likeness

bench-setup: $(VENV)/.installed
	@$(BIN)/python -m bench.setup

bench-ingest: $(VENV)/.installed $(VENV)/.tried-ocr node_modules/.fetched
	@$(BIN)/python -m bench.ingest

bench-legacy: $(VENV)/.installed
	@$(BIN)/python -m bench.legacy

bench-pages: $(VENV)/.installed-dev node_modules/.fetched
	@sh tests/tools/browser.sh
	@$(BIN)/python -m bench.pages $(if $(PAGES),--pages $(PAGES))

bench-lighthouse: $(VENV)/.installed-dev node_modules/.fetched tests/tools/web/node_modules/.fetched
	@sh tests/tools/browser.sh
	@$(BIN)/python -m bench.lighthouse

bench-tiles: $(VENV)/.installed
	@$(BIN)/python -m bench.tiles

bench-likeness: $(VENV)/.installed
	@$(BIN)/python -m bench.likeness $(if $(PAGES),--pages $(PAGES))

bench-catalogue: $(VENV)/.installed
	@$(BIN)/python -m bench.catalogue $(PART)

bench-retrieval: $(VENV)/.installed
	@$(BIN)/python -m bench.retrieval

bench-search: $(VENV)/.installed-bench
	@$(BIN)/python -m bench.search $(if $(PAGES),--pages $(PAGES))

bench-forty: $(VENV)/.installed node_modules/.fetched
	@$(BIN)/python -m bench.forty

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Cần Python 3.11 trở lên (đặt PYTHON=... nếu nó nằm chỗ khác)."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python này thiếu mô-đun venv (Debian, Ubuntu: cài gói python3-venv)."; exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Cài thư viện Python…"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Cài công cụ kiểm thử…"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-bench: requirements-bench.txt $(VENV)/.installed
	@echo "Cài bộ tìm kiếm để so sánh…"
	@$(PIP) -r requirements-bench.txt
	@touch $@

# Recognition of scans is an extra: without it the archive runs, says so, and catches up later.
$(VENV)/.tried-ocr: requirements-ocr.txt $(VENV)/.installed
	@echo "Cài bộ nhận dạng chữ…"
	@$(PIP) --only-binary :all: -r requirements-ocr.txt \
	  || { echo "Máy này chưa cài được bộ nhận dạng chữ: kho vẫn chạy, trang quét chờ nhận dạng sau."; \
	       [ "$$CI" != true ]; }
	@touch $@

# ocfl-py has dependencies that clash with ours, so the validator has an environment of its own.
$(VENV)/.installed-ocfl: tests/tools/ocfl-py.txt | $(BIN)/python
	@echo "Cài bộ kiểm OCFL…"
	@$(PYTHON) -m venv .venv-ocfl
	@.venv-ocfl/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/tools/ocfl-py.txt
	@touch $@

$(BIN)/npm: requirements-node.txt $(VENV)/.installed
	@echo "Máy không có npm, lấy bản kèm theo gói Python…"
	@$(PIP) -r requirements-node.txt
	@touch $@

node_modules/.fetched: package-lock.json $(filter $(BIN)/npm,$(NPM))
	@echo "Lấy tài nguyên giao diện…"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error --no-update-notifier
	@touch $@

# Markup, accessibility and loading are checked by tools of their own that the archive never serves.
tests/tools/web/node_modules/.fetched: tests/tools/web/package-lock.json $(filter $(BIN)/npm,$(NPM))
	@echo "Lấy công cụ kiểm trang…"
	@cd tests/tools/web && PATH="$(CURDIR)/$(BIN):$$PATH" $(if $(filter $(BIN)/npm,$(NPM)),$(CURDIR)/$(NPM),$(NPM)) ci --ignore-scripts --no-audit --no-fund --loglevel=error --no-update-notifier
	@touch $@

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements-bench.in -o requirements-bench.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements-ocr.in -o requirements-ocr.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements-node.in -o requirements-node.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header tests/tools/ocfl-py.in -o tests/tools/ocfl-py.txt
	npm install --package-lock-only --ignore-scripts
	cd tests/tools/web && npm install --package-lock-only --ignore-scripts

clean:
	rm -rf $(VENV) .venv-ocfl node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
