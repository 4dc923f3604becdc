# Two commands: `make` (set up, book, assignment, a graded demo class) and `make test`.
PYTHON ?= python3
PORT ?= 8000
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Small matrices: more BLAS threads only wait for each other, ten times as long on a busy machine.
export OMP_NUM_THREADS ?= 1

LIBRARY   := $(shell find course_lib -type f -not -name '*.pyc')
PAGES     := $(shell find book exercises -type f -not -path '*/.ipynb_checkpoints/*')
SOURCES   := $(wildcard solutions/*/*.ipynb)
RELEASES  := $(SOURCES:solutions/%=exercises/%)

.PHONY: all setup system book pdf serve release notebooks demo lint test bench clean
all: book release demo
	@course where

setup: .venv/.ready
.venv/.ready: requirements.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(PYTHON)

system:
	@scripts/system-packages.sh

book: _build/html/index.html
_build/html/index.html: .venv/.ready _config.yml _toc.yml $(PAGES) $(LIBRARY)
	course build && touch $@

pdf: book system
	course pdf

serve: book
	course serve --port $(PORT)

release: .venv/.ready $(RELEASES)
exercises/%.ipynb: solutions/%.ipynb
	course release $(notdir $*)

notebooks: .venv/.ready
	course notebooks

demo: _build/demo/.graded
_build/demo/.graded: .venv/.ready $(RELEASES) $(LIBRARY)
	course demo && touch $@

lint: .venv/.ready
	ruff format --check . && ruff check . && mypy && lint-imports

# What the pages load from a CDN, for browser tests that need no internet; without npm they are skipped.
tests/browser/node_modules/.ready: tests/browser/package.json | system
	@! command -v npm >/dev/null || { npm install --prefix tests/browser --silent --no-package-lock && touch $@; }

test: .venv/.ready tests/browser/node_modules/.ready lint
	pytest -n 2 --dist loadfile
	pytest -n 2 --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout=120 book

bench: .venv/.ready
	python -m benchmarks

clean:
	rm -rf .venv _build tests/browser/node_modules
